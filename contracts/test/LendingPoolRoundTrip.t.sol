// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Tranche} from "../src/interfaces/ILendingPool.sol";
import {PoolParameters} from "../src/LendingPool.sol";
import {PoolBase} from "./support/PoolBase.sol";

/// @title Paying into the pool and taking out again gains nothing, and costs others nothing
contract LendingPoolRoundTripTest is PoolBase {
    address private carol = named("carol");

    /// @dev No senior rate: between closes that earn nothing the prices stand still.
    function _parameters() internal pure override returns (PoolParameters memory) {
        return PoolParameters(1 days, 0, 2_000, 500, 100);
    }

    /// @dev Interest has made junior's price odd, so that every division leaves a remainder.
    function _startWithOddPrices(uint256 earned) private {
        _start();
        book.earn(0, uint64(1 + earned % (10_000 * USD)));
        _close();
    }

    /// @custom:invariant I-06 I-07
    function testFuzz_shares_that_are_bought_and_sold_gain_nothing(
        uint256 earned,
        uint256 amount,
        bool isJunior
    ) public {
        _startWithOddPrices(earned);
        Tranche tranche = isJunior ? Tranche.Junior : Tranche.Senior;
        uint64 paid = uint64(bound(amount, 1_000, 100_000 * USD));
        _deposit(carol, tranche, paid);
        _fill();
        _claim(tranche, carol);
        uint128 shares = _sharesOf(tranche, carol);
        uint256 others = uint256(_value(tranche)) - _worth(tranche, shares);

        _redeem(carol, tranche, shares);
        _fill();
        _claim(tranche, carol);

        uint256 back = coin.balanceOf(carol);
        vm.assertLe(back, paid, "a gain from nothing");
        vm.assertGe(back + 2, paid, "more than rounding was lost");
        vm.assertGe(_value(tranche), others, "others paid for it");
        vm.assertEq(_sharesOf(tranche, carol), 0);
    }

    /// @dev A request waits for one whole epoch.
    function _fill() private {
        _close();
        _close();
    }

    function _worth(Tranche tranche, uint128 shares) private view returns (uint256) {
        return uint256(shares) * _value(tranche) / _sharesOut(tranche);
    }
}
