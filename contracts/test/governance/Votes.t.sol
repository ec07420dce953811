// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {Governed} from "../../src/Governed.sol";
import {BallastGovernor} from "../../src/governance/BallastGovernor.sol";
import {BallastTimelock} from "../../src/governance/BallastTimelock.sol";
import {BallastToken} from "../../src/governance/BallastToken.sol";
import {IRiskTerms} from "../../src/interfaces/IRiskTerms.sol";
import {GovernanceBase} from "../support/GovernanceBase.sol";

contract BallastTokenTest is GovernanceBase {
    function test_all_that_there_will_ever_be_is_with_the_named_holder() public view {
        vm.assertEq(token.totalSupply(), 100_000_000e18);
        vm.assertEq(token.balanceOf(holder), 100_000_000e18);
    }

    function test_votes_are_counted_by_time() public view {
        vm.assertEq(token.clock(), block.timestamp);
        vm.assertEq(token.CLOCK_MODE(), "mode=timestamp");
        vm.assertEq(governor.CLOCK_MODE(), "mode=timestamp");
    }

    function test_votes_follow_the_tokens_of_who_delegated() public {
        address friend = named("friend");

        vm.prank(holder);
        token.transfer(friend, 1e18);

        vm.assertEq(token.getVotes(holder), 100_000_000e18 - 1e18);
        vm.assertEq(token.getVotes(friend), 0);
        vm.prank(friend);
        token.delegate(friend);
        vm.assertEq(token.getVotes(friend), 1e18);
        vm.assertEq(token.nonces(friend), 0);
    }
}

contract BallastTimelockTest is GovernanceBase {
    /// @custom:invariant G1
    function test_the_delay_is_longer_than_two_epochs() public {
        address[] memory proposers = new address[](1);
        vm.expectRevert(
            abi.encodeWithSelector(BallastTimelock.DelayTooShort.selector, 2 * EPOCH, 2 * EPOCH)
        );
        new BallastTimelock(2 * EPOCH, EPOCH, proposers);
        vm.assertEq(
            new BallastTimelock(2 * EPOCH + 1, EPOCH, proposers).getMinDelay(), 2 * EPOCH + 1
        );
    }

    /// @custom:invariant G1
    function test_a_vote_cannot_make_the_delay_shorter_than_two_epochs() public {
        vm.prank(address(timelock));
        vm.expectRevert(
            abi.encodeWithSelector(BallastTimelock.DelayTooShort.selector, 2 * EPOCH, 2 * EPOCH)
        );
        timelock.updateDelay(2 * EPOCH);
        vm.prank(address(timelock));
        timelock.updateDelay(2 * EPOCH + 1);
        vm.assertEq(timelock.getMinDelay(), 2 * EPOCH + 1);
    }

    function test_the_delay_is_the_timelocks_own_to_change() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnauthorizedCaller.selector, address(this)
            )
        );
        timelock.updateDelay(30 days);
    }

    function test_the_governor_alone_schedules_and_nobody_administers() public {
        bytes32 proposer = timelock.PROPOSER_ROLE();
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();

        vm.assertTrue(timelock.hasRole(proposer, address(governor)));
        vm.assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), address(governor)));
        vm.assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
        vm.assertFalse(timelock.hasRole(admin, address(this)));
        vm.assertTrue(timelock.hasRole(admin, address(timelock)));
        vm.expectRevert();
        timelock.schedule(address(risk), 0, "", 0, 0, DELAY);
    }
}

contract BallastGovernorTest is GovernanceBase {
    function test_terms_change_by_proposal_vote_and_timelock() public {
        Plan memory plan = _planToHalveTheFee();
        uint256 id = _propose(plan);
        _pass(VOTING_DELAY + 1);
        _vote(id, FOR);
        _pass(VOTING_PERIOD);
        governor.queue(plan.targets, plan.values, plan.calls, plan.hash);
        _pass(DELAY);

        governor.execute(plan.targets, plan.values, plan.calls, plan.hash);

        vm.assertEq(risk.termsOf(CAR).lateFeeBps, 200);
    }

    /// @dev I-32: the delay runs after the vote, to the second.
    /// @custom:invariant I-32
    function test_I_32_nothing_is_executed_before_the_delay_has_run() public {
        Plan memory plan = _planToHalveTheFee();
        uint256 id = _propose(plan);
        _pass(VOTING_DELAY + 1);
        _vote(id, FOR);
        _pass(VOTING_PERIOD);
        governor.queue(plan.targets, plan.values, plan.calls, plan.hash);
        _pass(DELAY - 1);

        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        governor.execute(plan.targets, plan.values, plan.calls, plan.hash);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.executeBatch(plan.targets, plan.values, plan.calls, 0, _salt(plan));
        vm.assertEq(risk.termsOf(CAR).lateFeeBps, 400);
    }

    function test_a_vote_without_quorum_or_majority_fails() public {
        Plan memory plan = _planToHalveTheFee();
        uint256 id = _propose(plan);
        _pass(VOTING_DELAY + 1);
        _vote(id, AGAINST);
        _pass(VOTING_PERIOD);

        vm.assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Defeated));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.queue(plan.targets, plan.values, plan.calls, plan.hash);
    }

    function test_a_proposer_needs_votes() public {
        Plan memory plan = _planToHalveTheFee();

        vm.expectPartialRevert(IGovernor.GovernorInsufficientProposerVotes.selector);
        governor.propose(plan.targets, plan.values, plan.calls, "without votes");
    }

    function test_a_proposer_may_withdraw_its_proposal() public {
        Plan memory plan = _planToHalveTheFee();
        uint256 id = _propose(plan);

        vm.prank(holder);
        governor.cancel(plan.targets, plan.values, plan.calls, plan.hash);

        vm.assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Canceled));
        vm.assertTrue(governor.proposalNeedsQueuing(id));
    }

    /// @custom:invariant I-32
    function test_the_numbers_of_the_vote_have_hard_bounds() public {
        _refuse(abi.encodeCall(governor.setVotingDelay, (1 hours - 1)), "votingDelay", 1 hours - 1);
        _refuse(abi.encodeCall(governor.setVotingDelay, (14 days + 1)), "votingDelay", 14 days + 1);
        _refuse(abi.encodeCall(governor.setVotingPeriod, (2 days - 1)), "votingPeriod", 2 days - 1);
        _refuse(
            abi.encodeCall(governor.setVotingPeriod, (30 days + 1)), "votingPeriod", 30 days + 1
        );
        _refuse(abi.encodeCall(governor.setProposalThreshold, (0)), "proposalThreshold", 0);
        _refuse(
            abi.encodeCall(governor.setProposalThreshold, (1_000_000e18 + 1)),
            "proposalThreshold",
            1_000_000e18 + 1
        );
        _refuse(abi.encodeCall(governor.updateQuorumNumerator, (1)), "quorumPercent", 1);
        _refuse(abi.encodeCall(governor.updateQuorumNumerator, (41)), "quorumPercent", 41);
    }

    function test_the_numbers_of_the_vote_move_up_to_their_bounds() public {
        _asGovernance(abi.encodeCall(governor.setVotingDelay, (1 hours)));
        _asGovernance(abi.encodeCall(governor.setVotingDelay, (14 days)));
        _asGovernance(abi.encodeCall(governor.setVotingPeriod, (2 days)));
        _asGovernance(abi.encodeCall(governor.setVotingPeriod, (30 days)));
        _asGovernance(abi.encodeCall(governor.setProposalThreshold, (1)));
        _asGovernance(abi.encodeCall(governor.setProposalThreshold, (1_000_000e18)));
        _asGovernance(abi.encodeCall(governor.updateQuorumNumerator, (2)));
        _asGovernance(abi.encodeCall(governor.updateQuorumNumerator, (40)));

        vm.assertEq(governor.votingDelay(), 14 days);
        vm.assertEq(governor.votingPeriod(), 30 days);
        vm.assertEq(governor.proposalThreshold(), 1_000_000e18);
        vm.assertEq(governor.quorumNumerator(), 40);
    }

    /// @dev I-32: whoever set up has nothing left, and the guardian has three functions.
    /// @custom:invariant I-32
    function test_I_32_only_the_timelock_governs() public {
        address[2] memory powerless = [address(this), guardian];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(powerless[i]);
            vm.expectRevert(
                abi.encodeWithSelector(Governed.AccessManagedUnauthorized.selector, powerless[i])
            );
            risk.setTerms(CAR, _car());
        }
        (bool now_, uint32 delay) =
            manager.canCall(address(timelock), address(risk), IRiskTerms.setTerms.selector);
        vm.assertTrue(now_);
        vm.assertEq(delay, 0);
        vm.assertEq(manager.ADMIN_ROLE(), 0);
        (bool stillAdmin,) = manager.hasRole(0, address(this));
        vm.assertFalse(stillAdmin);
    }

    function _salt(Plan memory plan) private view returns (bytes32) {
        return bytes20(address(governor)) ^ plan.hash;
    }

    /// @dev The governor's own settings are reached through its timelock.
    function _asGovernance(bytes memory call) private {
        (bool done, bytes memory answer) = _decide(call);
        vm.assertTrue(done, string(answer));
    }

    function _refuse(bytes memory call, bytes32 parameter, uint256 value) private {
        (bool done, bytes memory answer) = _decide(call);
        vm.assertFalse(done);
        vm.assertEq(
            answer, abi.encodeWithSelector(BallastGovernor.OutOfBounds.selector, parameter, value)
        );
    }

    function _decide(bytes memory call) private returns (bool done, bytes memory answer) {
        Plan memory plan = _plan(address(governor), call, string(abi.encode(call)));
        uint256 id = _propose(plan);
        _pass(governor.votingDelay() + 1);
        _vote(id, FOR);
        _pass(governor.votingPeriod());
        governor.queue(plan.targets, plan.values, plan.calls, plan.hash);
        _pass(DELAY);
        return address(governor)
            .call(
                abi.encodeCall(governor.execute, (plan.targets, plan.values, plan.calls, plan.hash))
            );
    }
}
