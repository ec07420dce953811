// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {ClassRow, RiskTerms} from "../src/RiskTerms.sol";
import {ClassTerms, IRiskTerms} from "../src/interfaces/IRiskTerms.sol";
import {Test} from "./support/Test.sol";

contract RiskTermsTest is Test {
    uint16 internal constant CAR = 2;
    address internal pool = named("pool");
    RiskTerms internal risk;

    function setUp() public {
        ClassRow[] memory rows = new ClassRow[](1);
        rows[0] = ClassRow(CAR, _car());
        risk = new RiskTerms(address(new AccessManager(address(this))), rows);
        risk.setPool(pool);
    }

    function _car() internal pure returns (ClassTerms memory) {
        return ClassTerms({
            enabled: true,
            mustAmortise: true,
            maxLtvBps: 5_000,
            liquidationLtvBps: 6_200,
            baseRateBps: 900,
            rateSlopeBps: 500,
            moveLimitBps: 1_000,
            lateFeeBps: 400,
            auctionStartBps: 11_500,
            recoveryBps: 4_500,
            gracePeriod: 10 days,
            cureWindow: 7 days,
            auctionDuration: 3 days,
            freshFor: 90 days,
            maxTenor: 1_825 days
        });
    }

    function _refuse(ClassTerms memory terms, bytes32 parameter, uint256 value) internal {
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.OutOfBounds.selector, parameter, value));
        risk.setTerms(CAR, terms);
    }

    function _report(uint16 utilisationBps) internal {
        vm.prank(pool);
        risk.setUtilisation(utilisationBps);
    }

    function test_the_constructor_sets_the_rows_it_is_given() public view {
        ClassTerms memory terms = risk.termsOf(CAR);

        vm.assertEq(keccak256(abi.encode(terms)), keccak256(abi.encode(_car())));
    }

    function test_setTerms_replaces_a_row_and_says_so() public {
        ClassTerms memory terms = _car();
        terms.enabled = false;
        terms.maxTenor = 1 days;

        vm.expectEmit(address(risk));
        emit IRiskTerms.ClassTermsSet(CAR, terms);
        risk.setTerms(CAR, terms);

        vm.assertEq(keccak256(abi.encode(risk.termsOf(CAR))), keccak256(abi.encode(terms)));
    }

    /// @custom:invariant I-32
    function test_setTerms_is_the_governors() public {
        address stranger = named("stranger");

        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger)
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
    }

    /// @custom:invariant I-32
    function test_the_maximal_ltv_lies_between_zero_and_liquidation() public {
        ClassTerms memory terms = _car();
        terms.maxLtvBps = 0;
        _refuse(terms, "maxLtvBps", 0);
        terms.maxLtvBps = 6_200;
        _refuse(terms, "liquidationLtvBps", 6_200);
        terms.maxLtvBps = 6_199;
        risk.setTerms(CAR, terms);
    }

    function test_liquidation_stays_below_the_whole_value() public {
        ClassTerms memory terms = _car();
        terms.liquidationLtvBps = 10_000;
        _refuse(terms, "liquidationLtvBps", 10_000);
        terms.maxLtvBps = 10_000;
        _refuse(terms, "maxLtvBps", 10_000);
        terms = _car();
        terms.liquidationLtvBps = 9_999;
        risk.setTerms(CAR, terms);
    }

    /// @custom:invariant I-32
    function test_rates_have_a_ceiling_with_the_slope() public {
        ClassTerms memory terms = _car();
        terms.baseRateBps = 5_001;
        _refuse(terms, "baseRateBps", 5_001);
        terms.baseRateBps = 4_501;
        _refuse(terms, "rateSlopeBps", 500);
        terms.baseRateBps = 4_500;
        risk.setTerms(CAR, terms);
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

    function test_the_rate_is_the_base_while_nothing_is_lent() public view {
        vm.assertEq(risk.curveUtilisationBps(), 0);
        vm.assertEq(risk.rateBps(CAR), 900);
    }

    /// @custom:invariant D4
    function test_the_curve_moves_one_step_a_close_up_and_down() public {
        _report(900);
        vm.assertEq(risk.curveUtilisationBps(), 500);
        _report(900);
        vm.assertEq(risk.curveUtilisationBps(), 900);
        _report(0);
        _report(0);
        vm.assertEq(risk.curveUtilisationBps(), 900, "highest of the last three");
        _report(0);
        vm.assertEq(risk.curveUtilisationBps(), 400);
        _report(0);
        vm.assertEq(risk.curveUtilisationBps(), 0);
    }

    function test_the_rate_rises_with_the_curve_and_is_rounded_up() public {
        _report(1);
        vm.assertEq(risk.rateBps(CAR), 901);
        _report(500);
        vm.assertEq(risk.rateBps(CAR), 925);
        for (uint256 i = 0; i < 20; ++i) {
            _report(10_000);
        }
        vm.assertEq(risk.rateBps(CAR), 1_400);
    }

    function test_setUtilisation_tells_report_and_curve() public {
        vm.expectEmit(address(risk));
        emit IRiskTerms.UtilisationSet(7_000, 500);
        _report(7_000);
    }

    function test_setUtilisation_is_the_pools_and_at_most_all() public {
        vm.expectRevert(abi.encodeWithSelector(RiskTerms.NotPool.selector, address(this)));
        risk.setUtilisation(1);
        vm.prank(pool);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskTerms.OutOfBounds.selector, bytes32("utilisationBps"), uint256(10_001)
            )
        );
        risk.setUtilisation(10_001);
    }

    function test_the_pool_is_named_once_by_the_governor() public {
        vm.expectRevert(abi.encodeWithSelector(RiskTerms.PoolAlreadySet.selector, pool));
        risk.setPool(named("other"));
        address stranger = named("stranger");
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger)
        );
        risk.setPool(stranger);
    }
}
