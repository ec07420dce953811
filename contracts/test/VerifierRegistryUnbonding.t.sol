// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {VerifierBonds} from "../src/VerifierBonds.sol";
import {IVerifierRegistry, Unbonding} from "../src/interfaces/IVerifierRegistry.sol";
import {APPRAISAL, TITLE} from "./support/Roles.sol";
import {VerifierBase} from "./support/VerifierBase.sol";

contract VerifierUnbondingTest is VerifierBase {
    function test_a_free_bond_is_withdrawn_after_the_delay() public {
        _bond(500e6);
        _bondLrt(2e18);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.UnbondingStarted(verifier, 500e6, 2e18, uint64(START + 21 days));
        _unbond(500e6, 2e18);
        vm.assertEq(registry.bondOf(verifier), 0);
        _refuseWithdrawal(START + 21 days);
        vm.warp(START + 21 days - 1);
        _refuseWithdrawal(START + 21 days);
        vm.warp(START + 21 days);
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.BondWithdrawn(verifier, 500e6, 2e18);
        vm.prank(verifier);
        registry.withdraw();

        vm.assertEq(coin.balanceOf(verifier), 500e6);
        vm.assertEq(lrt.balanceOf(verifier), 1_000e18);
        vm.assertEq(registry.unbondingOf(verifier).amount, 0);
    }

    function _refuseWithdrawal(uint256 readyAt) private {
        vm.prank(verifier);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.UnbondingRunning.selector, verifier, readyAt)
        );
        registry.withdraw();
    }

    function test_a_second_start_adds_and_begins_the_delay_anew() public {
        _bond(500e6);
        _unbond(100e6, 0);
        _pass(20 days);
        _unbond(50e6, 0);

        Unbonding memory leaving = registry.unbondingOf(verifier);
        vm.assertEq(leaving.amount, 150e6);
        vm.assertEq(leaving.readyAt, START + 41 days);
    }

    function test_what_is_on_its_way_out_counts_no_more() public {
        _bond(500e6);

        _unbond(200e6, 0);

        vm.assertEq(registry.limitOf(verifier), 300e6);
    }

    function test_what_is_committed_stays() public {
        _bond(500e6);
        _take(APPRAISAL, 20_000e6);

        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.BondTooSmall.selector, verifier, 400e6, 400e6 - 1
            )
        );
        _unbond(100e6 + 1, 0);
        _unbond(100e6, 0);
    }

    /// @dev A title says nothing of value, but whoever vouched for it stays in reach.
    function test_the_least_bond_stays_until_the_last_attestation_has_run_out() public {
        _bond(500e6);
        _take(TITLE, 0);
        uint256 until = _week() * 1 weeks;

        vm.assertEq(registry.lockedUntil(verifier), until);
        _refuseAsLocked(until);
        _unbond(500e6 - MINIMUM, 0);
        vm.warp(until);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.BondLocked.selector, verifier, until)
        );
        _unbond(1, 0);
        vm.warp(until + 1);
        _unbond(MINIMUM, 0);
    }

    function _refuseAsLocked(uint256 until) private {
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.BondLocked.selector, verifier, until)
        );
        _unbond(500e6 - MINIMUM + 1, 0);
    }

    function test_the_value_of_restaking_tokens_falls_with_their_amount() public {
        _bondLrt(3e18);
        _prove();
        _take(APPRAISAL, 2_800e6 * uint64(FACTOR));

        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.BondTooSmall.selector, verifier, 2_800e6, 2_800e6 - 1
            )
        );
        _unbond(0, 1e18 + 1);
        _unbond(0, 1e18);
        vm.assertEq(registry.limitOf(verifier), 2_800e6);
    }

    function test_restaking_tokens_that_left_count_no_more_and_new_ones_again() public {
        _bond(MINIMUM);
        _bondLrt(3e18);
        _prove();

        _unbond(0, 3e18);

        vm.assertEq(registry.limitOf(verifier), MINIMUM);
        vm.assertEq(registry.lrtBondOf(verifier).value, 0);
        _bondLrt(1e18);
        _prove();
        vm.assertEq(registry.limitOf(verifier), MINIMUM + 1_400e6);
    }

    function test_stablecoin_behind_restaking_tokens_leaves_on_a_fresh_proof_only() public {
        _bond(500e6);
        _bondLrt(3e18);
        _prove();
        _take(APPRAISAL, 25_000e6);
        values.publish();

        vm.expectPartialRevert(IVerifierRegistry.BondTooSmall.selector);
        _unbond(500e6, 0);
        _prove();
        _unbond(500e6, 0);
    }

    function test_nothing_and_more_than_the_bond_does_not_leave() public {
        _bond(500e6);
        _bondLrt(1e18);

        vm.expectRevert(VerifierBonds.ZeroAmount.selector);
        _unbond(0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.BondShort.selector, verifier, 500e6, 500e6 + 1)
        );
        _unbond(500e6 + 1, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.BondShort.selector, verifier, 1e18, 1e18 + 1)
        );
        _unbond(0, 1e18 + 1);
        vm.prank(verifier);
        vm.expectRevert(VerifierBonds.ZeroAmount.selector);
        registry.withdraw();
    }

    function test_while_a_challenge_is_open_nothing_leaves() public {
        _bond(500e6);
        _unbond(300e6, 0);
        _pass(21 days);
        _challenge();

        vm.prank(verifier);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.BondInChallenge.selector, verifier, 1)
        );
        registry.withdraw();
        registry.dismiss(verifier, UID);
        vm.prank(verifier);
        registry.withdraw();
    }
}
