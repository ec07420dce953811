// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {VerifierBonds} from "../src/VerifierBonds.sol";
import {IValuationOracle, ValueProof, ValueStatus} from "../src/interfaces/IValuationOracle.sol";
import {IVerifierRegistry, LrtBond} from "../src/interfaces/IVerifierRegistry.sol";
import {TestRestakingToken} from "../src/tokens/TestRestakingToken.sol";
import {APPRAISAL, TITLE} from "./support/Roles.sol";
import {VerifierBase} from "./support/VerifierBase.sol";

contract VerifierLrtDepositTest is VerifierBase {
    function test_a_verifier_bonds_restaking_tokens_that_stay_its_own() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.LrtBondDeposited(verifier, address(lrt), 2e18);
        _bondLrt(2e18);
        _bondLrt(1e18);

        LrtBond memory bonded = registry.lrtBondOf(verifier);
        vm.assertEq(bonded.token, address(lrt));
        vm.assertEq(bonded.amount, 3e18);
        vm.assertEq(lrt.balanceOf(address(registry)), 3e18);
    }

    function test_only_allowed_tokens_are_bonded() public {
        registry.setRestakingToken(address(lrt), false);

        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.TokenNotAllowed.selector, address(lrt))
        );
        _bondLrt(1);
    }

    function test_one_kind_of_token_at_a_time() public {
        TestRestakingToken other = new TestRestakingToken("Other", "O");
        registry.setRestakingToken(address(other), true);
        other.mint(verifier, 5e18);
        vm.prank(verifier);
        other.approve(address(registry), 5e18);
        _bondLrt(1e18);

        _refuseOther(address(other));
        _unbond(0, 1e18);
        _refuseOther(address(other));
        _pass(21 days);
        vm.startPrank(verifier);
        registry.withdraw();
        registry.depositLrt(address(other), 5e18);
        vm.stopPrank();

        vm.assertEq(registry.lrtBondOf(verifier).token, address(other));
        vm.assertEq(lrt.balanceOf(verifier), 1_000e18);
    }

    function _refuseOther(address other) private {
        vm.prank(verifier);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.TokenNotAllowed.selector, other));
        registry.depositLrt(other, 1);
    }

    function test_nothing_is_not_bonded() public {
        vm.expectRevert(VerifierBonds.ZeroAmount.selector);
        _bondLrt(0);
    }
}

contract VerifierProofTest is VerifierBase {
    /// @dev 3 tokens at 2,000 dollars, 70 % of which count.
    uint256 private constant COUNTED = 4_200e6;

    /// @custom:invariant A4b
    function test_restaking_tokens_count_at_their_borrowing_value() public {
        _bondLrt(3e18);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.LrtBondProven(verifier, 7, uint64(COUNTED));
        _prove();

        vm.assertEq(registry.limitOf(verifier), COUNTED);
        _take(APPRAISAL, uint64(COUNTED * FACTOR));
    }

    function test_they_add_to_the_stablecoin() public {
        _bond(500e6);
        _bondLrt(3e18);
        _prove();

        vm.assertEq(registry.limitOf(verifier), 500e6 + COUNTED);
    }

    function test_nothing_counts_unproven() public {
        _bondLrt(3e18);

        vm.assertEq(registry.limitOf(verifier), 0);
        _refuseAttesting();
    }

    /// @dev Rule A4: re-proven at each attestation, so no round but the newest will do.
    /// @custom:invariant A4 A4b
    function test_nobody_attests_on_the_value_of_an_older_round() public {
        _bondLrt(3e18);
        _prove();
        values.publish();

        _refuseAttesting();
        _prove();
        _take(TITLE, 0);
    }

    function test_nobody_attests_while_the_oracle_is_silent() public {
        _bondLrt(3e18);
        _prove();
        values.fallSilent();

        _refuseAttesting();
    }

    function test_a_token_that_is_no_longer_allowed_counts_nothing() public {
        _bondLrt(3e18);
        _prove();
        registry.setRestakingToken(address(lrt), false);

        _refuseAttesting();
        ValueProof memory proof = _leaf();
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.TokenNotAllowed.selector, address(lrt))
        );
        registry.proveBond(verifier, proof);
    }

    function test_more_tokens_count_from_their_proof_on() public {
        _bondLrt(3e18);
        _prove();
        _bondLrt(3e18);

        vm.assertEq(registry.limitOf(verifier), COUNTED);
        _prove();
        vm.assertEq(registry.limitOf(verifier), 2 * COUNTED);
    }

    function test_the_proof_is_of_this_token_class_and_usable() public {
        _bondLrt(3e18);
        ValueProof memory proof = _leaf();
        proof.leaf.assetId += 1;
        _refuseProof(proof, IVerifierRegistry.ProofMismatch.selector);
        proof = _leaf();
        proof.leaf.classId = CAR;
        _refuseProof(proof, IVerifierRegistry.ProofMismatch.selector);
        proof = _leaf();
        proof.leaf.status = ValueStatus.Frozen;
        _refuseProof(proof, IVerifierRegistry.ValueUnusable.selector);
        proof.leaf.status = ValueStatus.Challenged;
        _refuseProof(proof, IVerifierRegistry.ValueUnusable.selector);
        proof = _leaf();
        proof.path = new bytes32[](1);
        _refuseProof(proof, IValuationOracle.BadProof.selector);
    }

    function _refuseProof(ValueProof memory proof, bytes4 reason) private {
        vm.expectPartialRevert(reason);
        registry.proveBond(verifier, proof);
    }

    function _refuseAttesting() private {
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.BondTooSmall.selector, verifier, MINIMUM, 0)
        );
        _take(TITLE, 0);
    }

    function test_fuzz_the_value_is_rounded_down(uint256 amount) public {
        amount = bound(amount, 1, 1_000e18);
        _bondLrt(amount);

        _prove();

        uint256 value = PRICE * amount / 1e18;
        vm.assertEq(registry.lrtBondOf(verifier).value, value * 7_000 / 10_000);
    }
}
