// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {RiskTerms} from "../../src/RiskTerms.sol";
import {ClassTerms, IRiskTerms} from "../../src/interfaces/IRiskTerms.sol";
import {OfferWord} from "../../src/libraries/OfferWords.sol";
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

    /// @custom:invariant D4
    function test_an_offer_bears_the_rate_of_its_epoch_and_the_terms_of_its_class() public {
        _report(500);
        ClassTerms memory terms = risk.termsOf(CAR);

        OfferWord offer = risk.offerOf(CAR);

        vm.assertEq(offer.rateBps(), 925);
        vm.assertEq(offer.enabled(), terms.enabled);
        vm.assertEq(offer.mustAmortise(), terms.mustAmortise);
        vm.assertEq(offer.maxLtvBps(), terms.maxLtvBps);
        vm.assertEq(offer.lateFeeBps(), terms.lateFeeBps);
        vm.assertEq(offer.gracePeriod(), terms.gracePeriod);
        vm.assertEq(offer.cureWindow(), terms.cureWindow);
        vm.assertEq(offer.freshFor(), terms.freshFor);
        vm.assertEq(offer.maxTenor(), terms.maxTenor);
    }

    function test_a_close_moves_the_rate_of_every_class_and_nothing_else_of_its_terms() public {
        risk.setTerms(CAR + 1, _car());
        uint16[] memory classes = risk.classes();
        bytes[] memory before = new bytes[](classes.length);
        uint256[] memory rates = new uint256[](classes.length);
        for (uint256 i = 0; i < classes.length; ++i) {
            before[i] = abi.encode(risk.termsOf(classes[i]));
            rates[i] = risk.rateBps(classes[i]);
        }

        _report(500);

        for (uint256 i = 0; i < classes.length; ++i) {
            vm.assertEq(abi.encode(risk.termsOf(classes[i])), before[i]);
            vm.assertEq(risk.rateBps(classes[i]), rates[i] + 25);
        }
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
