// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {LaneState} from "../interfaces/ILoanBook.sol";

/// @title Waterfall, share prices and limits of the pool, in ledger units
library TrancheMath {
    uint256 internal constant BPS = 10_000;
    /// @notice Basis points times seconds of a 365-day year.
    uint256 internal constant SCALE = 10_000 * 31_536_000;
    /// @dev Shares and assets that nobody owns; they keep the price of a share out of anyone's
    /// hand.
    uint256 internal constant VIRTUAL_SHARES = 1_000;
    /// @notice Decimals that a share has beyond those of a ledger unit.
    uint256 internal constant SHARE_DECIMALS = 3;
    uint256 internal constant VIRTUAL_ASSETS = 1;

    /// @notice What a lane adds to NAV, scaled and exact; `cash` is the pool's part of its cash.
    function worthScaled(LaneState memory lane, uint256 cash, uint256 time)
        internal
        pure
        returns (int256)
    {
        int256 whole = int256((cash + lane.impaired) * SCALE);
        return whole + int256(lane.a) + int256(uint256(lane.b) * time);
    }

    /// @notice What senior is due after some seconds at its rate, rounded down.
    function accrued(uint256 due, uint256 rateBps, uint256 secs) internal pure returns (uint256) {
        return due + due * rateBps * secs / SCALE;
    }

    /// @notice Shares that a deposit buys, rounded down for those already in.
    function sharesFor(uint256 assets, uint256 value, uint256 shares)
        internal
        pure
        returns (uint256)
    {
        return Math.mulDiv(assets, shares + VIRTUAL_SHARES, value + VIRTUAL_ASSETS);
    }

    /// @notice What shares are worth, rounded down for those who stay.
    function assetsFor(uint256 sharesIn, uint256 value, uint256 shares)
        internal
        pure
        returns (uint256)
    {
        return Math.mulDiv(sharesIn, value + VIRTUAL_ASSETS, shares + VIRTUAL_SHARES);
    }

    /// @notice Least junior value beside that senior value, rounded up.
    function minimumJunior(uint256 senior, uint256 subordinationBps)
        internal
        pure
        returns (uint256)
    {
        return Math.ceilDiv(senior * subordinationBps, BPS - subordinationBps);
    }

    /// @notice Splits cash between two wishes, pro rata when it is short (rule P1), rounded down.
    function proRata(uint256 senior, uint256 junior, uint256 cash)
        internal
        pure
        returns (uint256, uint256)
    {
        uint256 total = senior + junior;
        if (total <= cash) return (senior, junior);
        return (senior * cash / total, junior * cash / total);
    }

    /// @notice Share of NAV that is lent, basis points, rounded down.
    function utilisationBps(uint256 lent, uint256 nav) internal pure returns (uint16) {
        return nav == 0 ? 0 : uint16(Math.min(lent * BPS / nav, BPS));
    }
}
