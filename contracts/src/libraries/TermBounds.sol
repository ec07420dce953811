// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClassTerms, IRiskTerms} from "../interfaces/IRiskTerms.sol";

/// @title How far governed terms may go, and how far at once
library TermBounds {
    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_RATE_BPS = 5_000;
    uint256 private constant MAX_LATE_FEE_BPS = 1_000;
    uint256 private constant MAX_MOVE_BPS = 5_000;
    uint256 private constant MAX_START_BPS = 20_000;
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

    function _checkRange(bytes32 parameter, uint256 value, uint256 low, uint256 high) private pure {
        _check(value >= low && value <= high, parameter, value);
    }

    function _check(bool holds, bytes32 parameter, uint256 value) private pure {
        if (!holds) revert IRiskTerms.OutOfBounds(parameter, value);
    }

    function _checkStep(bytes32 parameter, uint256 from, uint256 to, uint256 step) private pure {
        if ((to > from ? to - from : from - to) > step) {
            revert IRiskTerms.StepTooLarge(parameter, from, to);
        }
    }
}
