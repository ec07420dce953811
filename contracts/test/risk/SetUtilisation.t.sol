// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {RiskTerms} from "../../src/RiskTerms.sol";
import {IRiskTerms} from "../../src/interfaces/IRiskTerms.sol";
import {RiskBase} from "../support/RiskBase.sol";

contract SetUtilisationTest is RiskBase {
    function _report(uint16 utilisationBps) internal {
        vm.prank(pool);
        risk.setUtilisation(utilisationBps);
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
}
