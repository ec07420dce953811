// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {LaneState} from "../interfaces/ILoanBook.sol";

/// @title Waterfall, share prices and limits of the pool, in ledger units
/// @notice Every quotient says which way it is rounded, and for whom (I-07).
/// @dev Amounts of cash are below 2^64, rates and shares of them at most 10^4 basis points, times
/// below 2^48: no product here overflows, and those with shares (below 2^128) go through `mulDiv`.
library TrancheMath {
    /// @dev Basis points in the whole.
    uint256 internal constant BPS = 10_000;
    /// @notice Basis points times seconds of a 365-day year; that of `LoanMath`.
    uint256 internal constant SCALE = 10_000 * 31_536_000;
    /// @dev Shares and assets that nobody owns; they keep the price of a share out of anyone's
    /// hand. As in OpenZeppelin's ERC-4626, whose offset of decimals is 3 here.
    uint256 internal constant VIRTUAL_SHARES = 1_000;
    /// @notice Decimals that a share has beyond those of a ledger unit.
    uint256 internal constant SHARE_DECIMALS = 3;
    /// @dev See `VIRTUAL_SHARES`; ledger units.
    uint256 internal constant VIRTUAL_ASSETS = 1;

    /// @notice What a lane adds to NAV: `cash + impaired + A + B·t` (rule P3, DESIGN 3.1).
    /// @param lane The lane's sums; `a` and `b` are scaled already.
    /// @param cash The pool's part of its cash, ledger units: without what it owes to others or
    /// holds aside, and zero for a stuck lane.
    /// @param time Unix seconds.
    /// @return Ledger units times `SCALE`, exact: nothing is rounded before all lanes are added up.
    function worthScaled(LaneState memory lane, uint256 cash, uint256 time)
        internal
        pure
        returns (int256)
    {
        int256 whole = int256((cash + lane.impaired) * SCALE);
        return whole + int256(lane.a) + int256(uint256(lane.b) * time);
    }

    /// @notice What senior is due after some seconds at its rate, rounded down: junior has the
    /// fraction.
    /// @param due What it was due then, ledger units. Interest runs on all of it, so it compounds
    /// at each close.
    /// @param rateBps Basis points a year of 365 days.
    /// @param secs Seconds since then.
    /// @return Ledger units.
    function accrued(uint256 due, uint256 rateBps, uint256 secs) internal pure returns (uint256) {
        return due + due * rateBps * secs / SCALE;
    }

    /// @notice Shares that a deposit buys, rounded down for those already in: `assets · (shares +
    /// 1000) / (value + 1)`.
    /// @param assets Deposit, ledger units.
    /// @param value Worth of the tranche before it, ledger units.
    /// @param shares All shares of the tranche before it.
    /// @return Base units of the share.
    function sharesFor(uint256 assets, uint256 value, uint256 shares)
        internal
        pure
        returns (uint256)
    {
        return Math.mulDiv(assets, shares + VIRTUAL_SHARES, value + VIRTUAL_ASSETS);
    }

    /// @notice What shares are worth, rounded down for those who stay: `sharesIn · (value + 1) /
    /// (shares + 1000)`.
    /// @param sharesIn Base units of the share, at most `shares`.
    /// @param value Worth of the tranche, ledger units.
    /// @param shares All shares of the tranche.
    /// @return Ledger units, at most `value`.
    function assetsFor(uint256 sharesIn, uint256 value, uint256 shares)
        internal
        pure
        returns (uint256)
    {
        return Math.mulDiv(sharesIn, value + VIRTUAL_ASSETS, shares + VIRTUAL_SHARES);
    }

    /// @notice Least junior value beside that senior value, rounded up for senior: `s · m / (1 −
    /// m)`, of which `junior / (senior + junior) = m` follows (rule P2).
    /// @param senior Senior's value, ledger units.
    /// @param subordinationBps The share m of NAV, below 10,000.
    /// @return Ledger units.
    function minimumJunior(uint256 senior, uint256 subordinationBps)
        internal
        pure
        returns (uint256)
    {
        return Math.ceilDiv(senior * subordinationBps, BPS - subordinationBps);
    }

    /// @notice Splits cash between two wishes, in proportion when it is short (rule P1), rounded
    /// down.
    /// @param senior Senior's wish, ledger units.
    /// @param junior Junior's wish.
    /// @param cash What there is.
    /// @return Senior's part.
    /// @return Junior's part; both together are at most `cash`.
    function proRata(uint256 senior, uint256 junior, uint256 cash)
        internal
        pure
        returns (uint256, uint256)
    {
        uint256 total = senior + junior;
        if (total <= cash) return (senior, junior);
        return (senior * cash / total, junior * cash / total);
    }

    /// @notice Share of NAV that is lent, rounded down.
    /// @param lent NAV without idle cash, ledger units.
    /// @param nav Ledger units.
    /// @return Basis points, at most 10,000; 0 for a pool that is worth nothing.
    function utilisationBps(uint256 lent, uint256 nav) internal pure returns (uint16) {
        return nav == 0 ? 0 : uint16(Math.min(lent * BPS / nav, BPS));
    }
}
