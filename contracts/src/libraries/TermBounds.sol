// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClassTerms, IRiskTerms} from "../interfaces/IRiskTerms.sol";

/// @title How far governed terms may go, and how far at once
/// @notice A vote moves terms inside hard bounds only (I-32), and by one step a week (rule G1).
/// Shares are basis points; spans are seconds.
/// @dev Bounds and steps, which hold for every class:
/// | | from | to | step |
/// |---|---|---|---|
/// | `maxLtvBps` | above 0 | below `liquidationLtvBps` | 1,000 |
/// | `liquidationLtvBps` | above `maxLtvBps` | below 10,000 | 1,000 |
/// | `baseRateBps` | 0 | 5,000 | 500 |
/// | `rateSlopeBps` | 0 | 5,000 less the base rate | 500 |
/// | `moveLimitBps` | above 0 | 5,000 | 1,000 |
/// | `lateFeeBps` | 0 | 1,000 | 200 |
/// | `auctionStartBps` | 10,000 | 20,000 | 1,000 |
/// | `recoveryBps` | above 0 | below 10,000 | 1,000 |
/// | `gracePeriod`, `cureWindow` | 1 day | 60 days | 7 days |
/// | `auctionDuration` | 1 hour | 30 days | 2 days |
/// | `freshFor` | 0 | 730 days | 90 days |
/// | `maxTenor` | 1 day | 3,650 days | 365 days |
library TermBounds {
    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_RATE_BPS = 5_000;
    uint256 private constant MAX_LATE_FEE_BPS = 1_000;
    uint256 private constant MAX_MOVE_BPS = 5_000;
    uint256 private constant MAX_START_BPS = 20_000;
    /// @dev Grace and cure windows, a workout's too; below 2^24 seconds, as cards and rows keep
    /// them.
    uint256 internal constant MIN_WINDOW = 1 days;
    uint256 internal constant MAX_WINDOW = 60 days;
    uint256 private constant MIN_AUCTION = 1 hours;
    uint256 private constant MAX_AUCTION = 30 days;
    uint256 private constant MAX_FRESH = 730 days;
    uint256 private constant MIN_TENOR = 1 days;
    uint256 internal constant MAX_TENOR = 3650 days;

    uint256 private constant SHARE_STEP_BPS = 1_000;
    uint256 private constant RATE_STEP_BPS = 500;
    uint256 private constant LATE_FEE_STEP_BPS = 200;
    uint256 private constant WINDOW_STEP = 7 days;
    uint256 private constant AUCTION_STEP = 2 days;
    uint256 private constant FRESH_STEP = 90 days;
    uint256 private constant TENOR_STEP = 365 days;

    /// @notice Reverts unless each term is inside its hard bounds.
    /// @dev Reverts with `OutOfBounds` of the first that is not. Whether the class is open for new
    /// loans, and whether they must amortise, has no bounds.
    /// @param t Terms that are to hold.
    function check(ClassTerms memory t) internal pure {
        _check(t.maxLtvBps > 0 && t.maxLtvBps < BPS, "maxLtvBps", t.maxLtvBps);
        _check(
            t.liquidationLtvBps > t.maxLtvBps && t.liquidationLtvBps < BPS,
            "liquidationLtvBps",
            t.liquidationLtvBps
        );
        _check(t.baseRateBps <= MAX_RATE_BPS, "baseRateBps", t.baseRateBps);
        uint256 steepest = uint256(t.baseRateBps) + t.rateSlopeBps;
        _check(steepest <= MAX_RATE_BPS, "rateSlopeBps", t.rateSlopeBps);
        _check(t.moveLimitBps > 0 && t.moveLimitBps <= MAX_MOVE_BPS, "moveLimitBps", t.moveLimitBps);
        _check(t.lateFeeBps <= MAX_LATE_FEE_BPS, "lateFeeBps", t.lateFeeBps);
        bool startFits = t.auctionStartBps >= BPS && t.auctionStartBps <= MAX_START_BPS;
        _check(startFits, "auctionStartBps", t.auctionStartBps);
        _check(t.recoveryBps > 0 && t.recoveryBps < BPS, "recoveryBps", t.recoveryBps);
        _checkRange("gracePeriod", t.gracePeriod, MIN_WINDOW, MAX_WINDOW);
        _checkRange("cureWindow", t.cureWindow, MIN_WINDOW, MAX_WINDOW);
        _checkRange("auctionDuration", t.auctionDuration, MIN_AUCTION, MAX_AUCTION);
        _checkRange("freshFor", t.freshFor, 0, MAX_FRESH);
        _checkRange("maxTenor", t.maxTenor, MIN_TENOR, MAX_TENOR);
    }

    /// @notice Reverts unless each term moves by at most one step.
    /// @dev Reverts with `StepTooLarge` of the first that does not.
    /// @param a Terms in force now: of a liquidation LTV that is falling, what it has fallen to.
    /// @param b Terms that are to hold.
    function checkSteps(ClassTerms memory a, ClassTerms memory b) internal pure {
        _checkStep("maxLtvBps", a.maxLtvBps, b.maxLtvBps, SHARE_STEP_BPS);
        _checkStep("liquidationLtvBps", a.liquidationLtvBps, b.liquidationLtvBps, SHARE_STEP_BPS);
        _checkStep("baseRateBps", a.baseRateBps, b.baseRateBps, RATE_STEP_BPS);
        _checkStep("rateSlopeBps", a.rateSlopeBps, b.rateSlopeBps, RATE_STEP_BPS);
        _checkStep("moveLimitBps", a.moveLimitBps, b.moveLimitBps, SHARE_STEP_BPS);
        _checkStep("lateFeeBps", a.lateFeeBps, b.lateFeeBps, LATE_FEE_STEP_BPS);
        _checkStep("auctionStartBps", a.auctionStartBps, b.auctionStartBps, SHARE_STEP_BPS);
        _checkStep("recoveryBps", a.recoveryBps, b.recoveryBps, SHARE_STEP_BPS);
        _checkStep("gracePeriod", a.gracePeriod, b.gracePeriod, WINDOW_STEP);
        _checkStep("cureWindow", a.cureWindow, b.cureWindow, WINDOW_STEP);
        _checkStep("auctionDuration", a.auctionDuration, b.auctionDuration, AUCTION_STEP);
        _checkStep("freshFor", a.freshFor, b.freshFor, FRESH_STEP);
        _checkStep("maxTenor", a.maxTenor, b.maxTenor, TENOR_STEP);
    }

    /// @dev Both ends of the range are inside.
    function _checkRange(bytes32 parameter, uint256 value, uint256 low, uint256 high) private pure {
        _check(value >= low && value <= high, parameter, value);
    }

    /// @dev Names the term by its member of `ClassTerms`, in ASCII.
    function _check(bool holds, bytes32 parameter, uint256 value) private pure {
        if (!holds) revert IRiskTerms.OutOfBounds(parameter, value);
    }

    /// @dev Up and down alike; a move of exactly one step passes.
    function _checkStep(bytes32 parameter, uint256 from, uint256 to, uint256 step) private pure {
        if ((to > from ? to - from : from - to) > step) {
            revert IRiskTerms.StepTooLarge(parameter, from, to);
        }
    }
}
