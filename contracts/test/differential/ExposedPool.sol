// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {LendingPool, PoolParameters} from "../../src/LendingPool.sol";
import {Tranche} from "../../src/interfaces/ILendingPool.sol";
import {IRiskTerms} from "../../src/interfaces/IRiskTerms.sol";
import {ITrancheShare} from "../../src/interfaces/ITrancheVault.sol";

/// @notice A stablecoin as far as a pool looks at it when it is made.
contract SixDecimals {
    uint8 public constant decimals = 6;
}

/// @title The pool's own close, on books that a test writes: waterfall, then the fills
contract ExposedPool is LendingPool {
    constructor(uint16 seniorRateBps_, uint16 subordinationBps)
        LendingPool(
            address(1),
            IERC20Metadata(address(new SixDecimals())),
            IRiskTerms(address(3)),
            address(4),
            PoolParameters(1 days, seniorRateBps_, subordinationBps, 500, 100)
        )
    {}

    /// @dev It is its own share.
    function mint(uint256) external {}

    function burn(uint256) external {}

    /// @notice senior, junior, senior's due, senior and junior shares, cash, deposits of senior and
    /// junior, redemptions of senior and junior, NAV, seconds > the first six after the close,
    /// cash held for others, losses of senior and junior
    function close(uint256[][] calldata rows) external returns (uint256[][] memory results) {
        results = new uint256[][](rows.length);
        (_shareOf[Tranche.Senior], _shareOf[Tranche.Junior]) =
        (ITrancheShare(address(this)), ITrancheShare(address(this)));
        for (uint256 i = 0; i < rows.length; ++i) {
            _write(rows[i]);
            results[i] = _close(rows[i], uint32(i));
        }
    }

    function _write(uint256[] calldata row) private {
        _tranches[Tranche.Senior] = TrancheState(uint64(row[0]), uint64(row[2]), uint128(row[3]));
        _tranches[Tranche.Junior] = TrancheState(uint64(row[1]), 0, uint128(row[4]));
        _pool.cash = uint64(row[5]);
        held = uint64(row[6] + row[7]);
        _depositQueue[Tranche.Senior].ready = uint128(row[6]);
        _depositQueue[Tranche.Junior].ready = uint128(row[7]);
        _redeemQueue[Tranche.Senior].ready = uint128(row[8]);
        _redeemQueue[Tranche.Junior].ready = uint128(row[9]);
    }

    function _close(uint256[] calldata row, uint32 number)
        private
        returns (uint256[] memory result)
    {
        Close memory books;
        (books.seniorBefore, books.juniorBefore) = (row[0], row[1]);
        (books.dueBefore, books.secs) = (row[2], row[11]);
        _runWaterfall(books, row[10]);
        _fillDeposits(books, Tranche.Senior, number);
        _fillDeposits(books, Tranche.Junior, number);
        _fillRedemptions(books, number);
        result = new uint256[](9);
        (result[0], result[2]) = (_tranches[Tranche.Senior].value, _tranches[Tranche.Senior].due);
        (result[1], result[3]) = (_tranches[Tranche.Junior].value, _tranches[Tranche.Senior].shares);
        (result[4], result[5], result[6]) = (_tranches[Tranche.Junior].shares, _pool.cash, held);
        (result[7], result[8]) = (books.seniorLoss, books.juniorLoss);
    }
}
