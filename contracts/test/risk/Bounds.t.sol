// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClassTerms, IRiskTerms} from "../../src/interfaces/IRiskTerms.sol";
import {RiskBase} from "../support/RiskBase.sol";

/// @dev The constructor has no steps to keep, so it shows the bounds alone.
contract TermBoundsTest is RiskBase {
    function deploy(ClassTerms memory terms) external {
        _deploy(terms);
    }

    function _refuse(ClassTerms memory terms, bytes32 parameter, uint256 value) internal {
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.OutOfBounds.selector, parameter, value));
        this.deploy(terms);
    }

    /// @custom:invariant I-32
    function test_the_maximal_ltv_lies_between_zero_and_liquidation() public {
        ClassTerms memory terms = _car();
        terms.maxLtvBps = 0;
        _refuse(terms, "maxLtvBps", 0);
        terms.maxLtvBps = 6_200;
        _refuse(terms, "liquidationLtvBps", 6_200);
        terms.maxLtvBps = 6_199;
        _deploy(terms);
    }

    function test_liquidation_stays_below_the_whole_value() public {
        ClassTerms memory terms = _car();
        terms.liquidationLtvBps = 10_000;
        _refuse(terms, "liquidationLtvBps", 10_000);
        terms.maxLtvBps = 10_000;
        _refuse(terms, "maxLtvBps", 10_000);
        terms = _car();
        terms.liquidationLtvBps = 9_999;
        _deploy(terms);
    }

    /// @custom:invariant I-32
    function test_rates_have_a_ceiling_with_the_slope() public {
        ClassTerms memory terms = _car();
        terms.baseRateBps = 5_001;
        _refuse(terms, "baseRateBps", 5_001);
        terms.baseRateBps = 4_501;
        _refuse(terms, "rateSlopeBps", 500);
        terms.baseRateBps = 4_500;
        _deploy(terms);
    }

    function test_move_limit_fee_start_and_recovery_are_bounded() public {
        ClassTerms memory terms = _car();
        terms.moveLimitBps = 0;
        _refuse(terms, "moveLimitBps", 0);
        terms.moveLimitBps = 5_001;
        _refuse(terms, "moveLimitBps", 5_001);
        terms = _car();
        terms.lateFeeBps = 1_001;
        _refuse(terms, "lateFeeBps", 1_001);
        terms = _car();
        terms.auctionStartBps = 9_999;
        _refuse(terms, "auctionStartBps", 9_999);
        terms.auctionStartBps = 20_001;
        _refuse(terms, "auctionStartBps", 20_001);
        terms = _car();
        terms.recoveryBps = 0;
        _refuse(terms, "recoveryBps", 0);
        terms.recoveryBps = 10_000;
        _refuse(terms, "recoveryBps", 10_000);
    }

    /// @custom:invariant I-32
    function test_times_are_bounded_on_both_sides() public {
        ClassTerms memory terms = _car();
        terms.gracePeriod = 1 days - 1;
        _refuse(terms, "gracePeriod", 1 days - 1);
        terms.gracePeriod = 60 days + 1;
        _refuse(terms, "gracePeriod", 60 days + 1);
        terms = _car();
        terms.cureWindow = 1 days - 1;
        _refuse(terms, "cureWindow", 1 days - 1);
        terms.cureWindow = 60 days + 1;
        _refuse(terms, "cureWindow", 60 days + 1);
        terms = _car();
        terms.auctionDuration = 1 hours - 1;
        _refuse(terms, "auctionDuration", 1 hours - 1);
        terms.auctionDuration = 30 days + 1;
        _refuse(terms, "auctionDuration", 30 days + 1);
        terms = _car();
        terms.freshFor = 730 days + 1;
        _refuse(terms, "freshFor", 730 days + 1);
        terms = _car();
        terms.maxTenor = 1 days - 1;
        _refuse(terms, "maxTenor", 1 days - 1);
        terms.maxTenor = 3_650 days + 1;
        _refuse(terms, "maxTenor", 3_650 days + 1);
    }

    function test_terms_at_their_bounds_are_taken() public {
        ClassTerms memory terms = _car();
        terms.maxLtvBps = 1;
        terms.liquidationLtvBps = 2;
        (terms.baseRateBps, terms.rateSlopeBps) = (5_000, 0);
        (terms.moveLimitBps, terms.lateFeeBps) = (5_000, 1_000);
        (terms.auctionStartBps, terms.recoveryBps) = (20_000, 9_999);
        (terms.gracePeriod, terms.cureWindow) = (60 days, 60 days);
        (terms.auctionDuration, terms.freshFor) = (30 days, 730 days);
        terms.maxTenor = 3_650 days;
        _deploy(terms);
        (terms.moveLimitBps, terms.lateFeeBps) = (1, 0);
        (terms.auctionStartBps, terms.recoveryBps) = (10_000, 1);
        (terms.gracePeriod, terms.cureWindow) = (1 days, 1 days);
        (terms.auctionDuration, terms.freshFor) = (1 hours, 0);
        terms.maxTenor = 1 days;
        _deploy(terms);
    }

    function test_setTerms_keeps_the_bounds_too() public {
        ClassTerms memory terms = _car();
        terms.maxLtvBps = 6_000;
        terms.liquidationLtvBps = 6_000;
        _pass(CHANGE_INTERVAL);

        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskTerms.OutOfBounds.selector, bytes32("liquidationLtvBps"), uint256(6_000)
            )
        );
        risk.setTerms(CAR, terms);
    }
}
