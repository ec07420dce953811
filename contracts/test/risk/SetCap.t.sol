// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governed} from "../../src/Governed.sol";
import {RiskTerms, ClassRow} from "../../src/RiskTerms.sol";
import {IRiskTerms} from "../../src/interfaces/IRiskTerms.sol";
import {RiskBase} from "../support/RiskBase.sol";

contract SetCapTest is RiskBase {
    uint256 internal constant GROWTH = 90 days;
    uint64 internal constant FIRST = 1_000_000e6;

    function _refuse(uint16 classId, uint64 cap) private {
        vm.expectRevert(
            abi.encodeWithSelector(IRiskTerms.OutOfBounds.selector, bytes32("cap"), uint256(cap))
        );
        risk.setCap(classId, cap);
    }

    function test_the_first_cap_grows_from_its_start() public {
        vm.assertEq(risk.capOf(CAR), START_CAP);
        _pass(GROWTH / 2);
        vm.assertEq(risk.capOf(CAR), (START_CAP + CAP) / 2);
        _pass(GROWTH / 2);
        vm.assertEq(risk.capOf(CAR), CAP);
        _pass(365 days);
        vm.assertEq(risk.capOf(CAR), CAP);
    }

    function test_a_cap_is_at_most_doubled_and_grows_to_it() public {
        _refuse(CAR, 2 * START_CAP + 1);
        vm.expectEmit(address(risk));
        emit IRiskTerms.CapSet(CAR, START_CAP, 2 * START_CAP, uint64(block.timestamp + GROWTH));
        risk.setCap(CAR, 2 * START_CAP);

        vm.assertEq(risk.capOf(CAR), START_CAP);
        _pass(GROWTH);
        vm.assertEq(risk.capOf(CAR), 2 * START_CAP);
    }

    function test_doubling_again_at_once_gains_nothing() public {
        risk.setCap(CAR, 2 * START_CAP);
        _refuse(CAR, 2 * START_CAP + 1);
        risk.setCap(CAR, 2 * START_CAP);

        vm.assertEq(risk.capOf(CAR), START_CAP);
    }

    function test_a_lower_cap_holds_at_once() public {
        risk.setCap(CAR, START_CAP - 1);
        vm.assertEq(risk.capOf(CAR), START_CAP - 1);
        risk.setCap(CAR, 0);
        vm.assertEq(risk.capOf(CAR), 0);
    }

    function test_a_new_class_starts_small() public {
        risk.setTerms(9, _car());
        _refuse(9, FIRST + 1);
        risk.setCap(9, FIRST);

        vm.assertEq(risk.capOf(9), 0);
        _pass(GROWTH / 10);
        vm.assertEq(risk.capOf(9), FIRST / 10);
        _pass(GROWTH);
        vm.assertEq(risk.capOf(9), FIRST);
    }

    /// @custom:invariant G1b
    function test_a_start_above_half_the_cap_is_refused() public {
        ClassRow[] memory rows = new ClassRow[](1);
        rows[0] = ClassRow(CAR, _car(), CAP / 2, CAP);
        vm.assertEq(new RiskTerms(address(this), rows).capOf(CAR), CAP / 2);
        rows[0].startCap = CAP / 2 + 1;

        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskTerms.OutOfBounds.selector, bytes32("startCap"), uint256(CAP / 2 + 1)
            )
        );
        new RiskTerms(address(this), rows);
    }

    /// @custom:invariant G1b
    function test_the_market_has_a_cap_and_no_terms() public {
        ClassRow[] memory rows = new ClassRow[](2);
        (rows[0].startCap, rows[0].cap) = (START_CAP, CAP);
        rows[1] = ClassRow(CAR, _car(), START_CAP, CAP);
        RiskTerms terms = new RiskTerms(address(this), rows);

        _pass(GROWTH / 2);

        vm.assertEq(terms.capOf(0), (START_CAP + CAP) / 2);
        vm.assertEq(terms.classes().length, 1);
        vm.assertEq(terms.classes()[0], CAR);
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.ClassUnknown.selector, uint16(0)));
        terms.termsOf(0);
    }

    /// @custom:invariant L4b
    function test_a_class_has_a_number_up_to_20_and_is_listed_once() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskTerms.ClassUnknown.selector, uint16(21)));
        risk.setTerms(21, _car());

        risk.setTerms(20, _car());
        _pass(CHANGE_INTERVAL);
        risk.setTerms(20, _car());

        vm.assertEq(risk.classes().length, 2);
    }

    /// @custom:invariant I-32
    function test_setting_caps_is_the_governors() public {
        address stranger = named("stranger");

        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, stranger)
        );
        risk.setCap(CAR, 1);
    }

    /// @dev A class needs at least 62 days to double: 90 days times the logarithm of two.
    function test_caps_grow_no_faster_than_they_may(uint256 seed) public {
        uint256 from = risk.capOf(CAR);
        risk.setCap(CAR, START_CAP);
        for (uint256 day = 0; day < 62; ++day) {
            if (seed >> day & 1 == 1) risk.setCap(CAR, uint64(2 * risk.capOf(CAR)));
            _pass(1 days);
        }
        vm.assertLe(risk.capOf(CAR), 2 * from);
    }
}
