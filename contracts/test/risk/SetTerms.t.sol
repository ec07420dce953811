// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {ClassTerms, IRiskTerms} from "../../src/interfaces/IRiskTerms.sol";
import {RiskBase} from "../support/RiskBase.sol";

contract SetTermsTest is RiskBase {
    uint256 internal constant RAMP = 30 days;

    function _change(ClassTerms memory terms) private {
        _pass(CHANGE_INTERVAL);
        risk.setTerms(CAR, terms);
    }

    function _refuseStep(ClassTerms memory terms, bytes32 name, uint256 from, uint256 to) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.StepTooLarge.selector, name, from, to));
        risk.setTerms(CAR, terms);
    }

    function test_the_constructor_sets_the_rows_it_is_given() public view {
        _expectTerms(_car());
    }

    function test_a_row_is_replaced_and_the_event_says_so() public {
        ClassTerms memory terms = _car();
        terms.enabled = false;
        terms.mustAmortise = false;
        terms.maxTenor = 1_460 days;
        _pass(CHANGE_INTERVAL);

        vm.expectEmit(address(risk));
        emit IRiskTerms.ClassTermsSet(CAR, terms);
        risk.setTerms(CAR, terms);

        _expectTerms(terms);
    }

    /// @custom:invariant I-32
    function test_setting_terms_is_the_governors() public {
        address stranger = named("stranger");

        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, stranger)
        );
        risk.setTerms(CAR, _car());
    }

    function test_class_zero_and_unset_classes_are_unknown() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.ClassUnknown.selector, 0));
        risk.setTerms(0, _car());
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.ClassUnknown.selector, 9));
        risk.termsOf(9);
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.ClassUnknown.selector, 9));
        risk.rateBps(9);
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.ClassUnknown.selector, 9));
        risk.capOf(9);
    }

    function test_a_new_class_is_set_without_a_step_and_at_any_time() public {
        risk.setTerms(9, _stricter());

        vm.assertEq(risk.termsOf(9).liquidationLtvBps, 5_200);
        vm.assertEq(risk.capOf(9), 0);
    }

    // ---- Speeds -------------------------------------------------------------------------------

    /// @custom:invariant G1
    function test_a_class_changes_once_in_seven_days() public {
        _pass(CHANGE_INTERVAL - 1);
        uint64 earliest = uint64(START + CHANGE_INTERVAL);
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.TermsTooSoon.selector, CAR, earliest));
        risk.setTerms(CAR, _car());
        _pass(1);
        risk.setTerms(CAR, _car());
        earliest = uint64(block.timestamp + CHANGE_INTERVAL);
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.TermsTooSoon.selector, CAR, earliest));
        risk.setTerms(CAR, _car());
    }

    function test_the_largest_steps_up_are_taken_together() public {
        ClassTerms memory terms = _car();
        (terms.maxLtvBps, terms.liquidationLtvBps) = (6_000, 7_200);
        (terms.baseRateBps, terms.rateSlopeBps) = (1_400, 1_000);
        (terms.moveLimitBps, terms.lateFeeBps) = (2_000, 600);
        (terms.auctionStartBps, terms.recoveryBps) = (12_500, 5_500);
        (terms.gracePeriod, terms.cureWindow) = (17 days, 14 days);
        (terms.auctionDuration, terms.freshFor) = (5 days, 180 days);
        terms.maxTenor = 2_190 days;

        _change(terms);

        _expectTerms(terms);
    }

    /// @custom:invariant I-32 G1
    function test_shares_and_rates_move_one_step_at_a_time() public {
        _pass(CHANGE_INTERVAL);
        ClassTerms memory terms = _car();
        terms.maxLtvBps = 6_001;
        _refuseStep(terms, "maxLtvBps", 5_000, 6_001);
        terms.maxLtvBps = 3_999;
        _refuseStep(terms, "maxLtvBps", 5_000, 3_999);
        terms = _car();
        terms.liquidationLtvBps = 7_201;
        _refuseStep(terms, "liquidationLtvBps", 6_200, 7_201);
        terms.liquidationLtvBps = 5_199;
        _refuseStep(terms, "liquidationLtvBps", 6_200, 5_199);
        terms = _car();
        terms.baseRateBps = 1_401;
        _refuseStep(terms, "baseRateBps", 900, 1_401);
        terms = _car();
        terms.rateSlopeBps = 1_001;
        _refuseStep(terms, "rateSlopeBps", 500, 1_001);
        terms = _car();
        terms.moveLimitBps = 2_001;
        _refuseStep(terms, "moveLimitBps", 1_000, 2_001);
        terms = _car();
        terms.lateFeeBps = 199;
        _refuseStep(terms, "lateFeeBps", 400, 199);
        terms = _car();
        terms.auctionStartBps = 10_499;
        _refuseStep(terms, "auctionStartBps", 11_500, 10_499);
        terms = _car();
        terms.recoveryBps = 3_499;
        _refuseStep(terms, "recoveryBps", 4_500, 3_499);
    }

    /// @custom:invariant I-32 G1
    function test_times_move_one_step_at_a_time() public {
        _pass(CHANGE_INTERVAL);
        ClassTerms memory terms = _car();
        terms.gracePeriod = 3 days - 1;
        _refuseStep(terms, "gracePeriod", 10 days, 3 days - 1);
        terms = _car();
        terms.cureWindow = 14 days + 1;
        _refuseStep(terms, "cureWindow", 7 days, 14 days + 1);
        terms = _car();
        terms.auctionDuration = 1 days - 1;
        _refuseStep(terms, "auctionDuration", 3 days, 1 days - 1);
        terms = _car();
        terms.freshFor = 180 days + 1;
        _refuseStep(terms, "freshFor", 90 days, 180 days + 1);
        terms = _car();
        terms.maxTenor = 1_460 days - 1;
        _refuseStep(terms, "maxTenor", 1_825 days, 1_460 days - 1);
    }

    // ---- The falling liquidation LTV ----------------------------------------------------------

    function test_a_lower_liquidation_ltv_falls_over_thirty_days() public {
        _pass(CHANGE_INTERVAL);
        vm.expectEmit(address(risk));
        emit IRiskTerms.LiquidationLtvFalls(CAR, 6_200, 5_200, uint64(block.timestamp + RAMP));
        risk.setTerms(CAR, _stricter());

        vm.assertEq(_liquidationLtv(), 6_200);
        _pass(1);
        vm.assertEq(_liquidationLtv(), 6_200, "rounded for the borrower");
        _pass(RAMP / 2 - 1);
        vm.assertEq(_liquidationLtv(), 5_700);
        _pass(RAMP / 2 - 1);
        vm.assertEq(_liquidationLtv(), 5_201);
        _pass(1);
        vm.assertEq(_liquidationLtv(), 5_200);
        _pass(365 days);
        _expectTerms(_stricter());
    }

    function test_a_higher_liquidation_ltv_holds_at_once() public {
        ClassTerms memory terms = _car();
        terms.liquidationLtvBps = 7_000;

        _change(terms);

        vm.assertEq(_liquidationLtv(), 7_000);
    }

    function test_a_change_within_a_fall_starts_from_where_it_stands() public {
        _change(_stricter());
        _pass(RAMP / 2);
        ClassTerms memory terms = _stricter();
        (terms.maxLtvBps, terms.liquidationLtvBps) = (4_000, 4_700);

        risk.setTerms(CAR, terms);

        vm.assertEq(_liquidationLtv(), 5_700);
        _pass(RAMP / 2);
        vm.assertEq(_liquidationLtv(), 5_200);
        _pass(RAMP / 2);
        vm.assertEq(_liquidationLtv(), 4_700);
    }

    /// @dev Whatever is voted when, a loan at the limit gets a day at least for each 34 bps.
    /// forge-config: default.fuzz.runs = 64
    function test_the_liquidation_ltv_never_falls_faster_than_its_ramp(uint256 seed) public {
        uint256 before = _liquidationLtv();
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _pass(1 + seed % 12 days);
            uint256 secs = 1 + seed % 12 days;
            uint256 now_ = _liquidationLtv();
            if (now_ < before) vm.assertLe((before - now_) * RAMP, 1_000 * secs + RAMP);
            ClassTerms memory terms = risk.termsOf(CAR);
            uint256 low = terms.maxLtvBps + 1;
            uint256 floor = now_ > low + 1_000 ? now_ - 1_000 : low;
            terms.liquidationLtvBps = uint16(floor + (seed >> 128) % (now_ + 1 - floor));
            try risk.setTerms(CAR, terms) {} catch {}
            before = _liquidationLtv();
            vm.assertEq(before, now_, "a vote lowers nothing at once");
        }
    }
}
