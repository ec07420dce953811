// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {VerifierBonds} from "../src/VerifierBonds.sol";
import {Challenge, IVerifierRegistry} from "../src/interfaces/IVerifierRegistry.sol";
import {VerifierBase} from "./support/VerifierBase.sol";

abstract contract ChallengedBase is VerifierBase {
    function setUp() public virtual override {
        super.setUp();
        _bond(500e6);
        _bondLrt(4e18);
        _challenge();
    }

    function _owedCoin(address party) internal view returns (uint256) {
        return registry.claimableOf(party, address(coin));
    }

    function _owedLrt(address party) internal view returns (uint256) {
        return registry.claimableOf(party, address(lrt));
    }

    function _unknown() internal {
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.ChallengeUnknown.selector, verifier, UID)
        );
    }
}

contract VerifierChallengeTest is ChallengedBase {
    /// @custom:invariant A4b
    function test_anyone_challenges_with_a_bond() public {
        bytes32 other = keccak256("other");
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.ChallengeOpened(
            verifier, other, challenger, CHALLENGE_BOND, keccak256("proof")
        );
        vm.prank(challenger);
        registry.challenge(verifier, other, keccak256("proof"));

        Challenge memory opened = registry.challengeOf(verifier, other);
        vm.assertEq(opened.challenger, challenger);
        vm.assertEq(opened.bond, CHALLENGE_BOND);
        vm.assertEq(opened.openedAt, START);
        vm.assertEq(registry.challengesOf(verifier), 2);
        vm.assertEq(coin.balanceOf(address(registry)), 500e6 + 2 * CHALLENGE_BOND);
    }

    function test_an_attestation_has_one_challenge_at_a_time() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.ChallengeExists.selector, verifier, UID)
        );
        _challenge();
        registry.dismiss(verifier, UID);
        _challenge();
    }
}

contract VerifierUpholdTest is ChallengedBase {
    /// @custom:invariant A4b
    function test_the_slash_is_halved_between_challenger_and_reserve() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.BondSlashed(verifier, 301e6 + 1, 3e18 + 1, 0, 0);
        registry.uphold(verifier, UID, 301e6 + 1, 3e18 + 1);

        uint256 half = 150.5e6;
        vm.assertEq(_owedCoin(challenger), CHALLENGE_BOND + half);
        vm.assertEq(_owedCoin(reserve), half + 1);
        vm.assertEq(_owedLrt(challenger), 1.5e18);
        vm.assertEq(_owedLrt(reserve), 1.5e18 + 1);
        vm.assertEq(registry.bondOf(verifier), 500e6 - 301e6 - 1);
        vm.assertEq(registry.lrtBondOf(verifier).amount, 1e18 - 1);
        vm.assertEq(registry.challengesOf(verifier), 0);
    }

    function test_what_is_on_its_way_out_pays_last() public {
        _unbond(400e6, 3e18);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.BondSlashed(verifier, 350e6, 2e18, 250e6, 1e18);
        registry.uphold(verifier, UID, 350e6, 2e18);

        vm.assertEq(registry.bondOf(verifier), 0);
        vm.assertEq(registry.unbondingOf(verifier).amount, 150e6);
        vm.assertEq(registry.lrtBondOf(verifier).amount, 0);
        vm.assertEq(registry.unbondingOf(verifier).lrtAmount, 2e18);
    }

    function test_a_verifier_with_nothing_left_still_loses_the_challenge() public {
        registry.slash(verifier, 500e6, 4e18);

        registry.uphold(verifier, UID, 1e6, 1e18);

        vm.assertEq(_owedCoin(challenger), CHALLENGE_BOND);
    }

    function test_the_cap_starts_anew() public {
        _bond(50_000e6);
        _pass(30 days);

        registry.uphold(verifier, UID, 1, 0);

        vm.assertEq(registry.limitOf(verifier), CAP);
    }

    function test_an_unknown_challenge_is_not_upheld() public {
        registry.uphold(verifier, UID, 1, 0);

        _unknown();
        registry.uphold(verifier, UID, 1, 0);
    }

    function test_fuzz_slashing_moves_and_makes_nothing(uint256 amount, uint256 lrtAmount) public {
        amount = bound(amount, 0, 600e6);
        lrtAmount = bound(lrtAmount, 0, 5e18);
        _unbond(200e6, 1e18);

        registry.uphold(verifier, UID, amount, lrtAmount);

        uint256 left = registry.bondOf(verifier) + registry.unbondingOf(verifier).amount;
        uint256 lrtLeft =
            registry.lrtBondOf(verifier).amount + registry.unbondingOf(verifier).lrtAmount;
        vm.assertEq(
            left + _owedCoin(challenger) + _owedCoin(reserve), coin.balanceOf(address(registry))
        );
        vm.assertEq(
            lrtLeft + _owedLrt(challenger) + _owedLrt(reserve), lrt.balanceOf(address(registry))
        );
    }
}

contract VerifierDismissTest is ChallengedBase {
    function test_the_bond_of_a_dismissed_challenge_is_the_reserves() public {
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.ChallengeDismissed(verifier, UID);
        registry.dismiss(verifier, UID);

        vm.assertEq(_owedCoin(reserve), CHALLENGE_BOND);
        vm.assertEq(_owedCoin(challenger), 0);
        vm.assertEq(registry.bondOf(verifier), 500e6);
        _unknown();
        registry.dismiss(verifier, UID);
    }
}

contract VerifierLapseTest is ChallengedBase {
    function test_a_challenge_without_a_ruling_lapses_and_is_refunded() public {
        vm.warp(START + 60 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.ChallengeRunning.selector, verifier, UID, START + 60 days
            )
        );
        registry.lapse(verifier, UID);
        vm.warp(START + 60 days + 1);
        vm.prank(named("anyone"));
        registry.lapse(verifier, UID);

        vm.assertEq(_owedCoin(challenger), CHALLENGE_BOND);
        vm.assertEq(registry.challengesOf(verifier), 0);
        _unknown();
        registry.lapse(verifier, UID);
    }
}

contract VerifierSlashTest is ChallengedBase {
    function test_governance_slashes_for_the_reserve_alone() public {
        registry.slash(verifier, 30e6, 1e18);

        vm.assertEq(_owedCoin(reserve), 30e6);
        vm.assertEq(_owedLrt(reserve), 1e18);
        vm.assertEq(_owedCoin(challenger), 0);
    }

    function test_what_is_slashed_waits_for_the_reserve_and_counts_no_more() public {
        _prove();
        uint256 before = registry.limitOf(verifier);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.Credited(reserve, address(coin), 30e6);
        vm.expectEmit(address(registry));
        emit IVerifierRegistry.Credited(reserve, address(lrt), 1e18);
        registry.slash(verifier, 30e6, 1e18);

        vm.assertEq(before - registry.limitOf(verifier), 30e6 + 1_400e6);
    }

    function test_slashing_takes_what_there_is_and_something() public {
        registry.slash(verifier, 500e6 + 1, 4e18 + 1);

        vm.assertEq(_owedCoin(reserve), 500e6);
        vm.assertEq(_owedLrt(reserve), 4e18);
        vm.expectRevert(VerifierBonds.ZeroAmount.selector);
        registry.slash(verifier, 1, 1);
    }
}

contract VerifierClaimTest is ChallengedBase {
    /// @dev Class 16: what is owed is pulled, so nobody's refusal to be paid stops a ruling.
    function test_class_16_what_rulings_leave_is_pulled_once() public {
        registry.uphold(verifier, UID, 100e6, 2e18);

        vm.expectEmit(address(registry));
        emit IVerifierRegistry.Claimed(challenger, address(coin), CHALLENGE_BOND + 50e6);
        vm.startPrank(challenger);
        registry.claim(address(coin));
        registry.claim(address(lrt));

        vm.assertEq(coin.balanceOf(challenger), 1_000e6 + 50e6);
        vm.assertEq(lrt.balanceOf(challenger), 1e18);
        vm.expectRevert(VerifierBonds.ZeroAmount.selector);
        registry.claim(address(coin));
    }
}
