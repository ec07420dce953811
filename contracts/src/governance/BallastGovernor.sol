// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {
    GovernorCountingSimple
} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {
    GovernorTimelockControl
} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @notice Numbers of the vote.
/// @param votingDelay Seconds between a proposal and the time at which votes are counted and voting
/// begins.
/// @param votingPeriod Seconds for which a vote is open.
/// @param proposalThreshold Votes that a proposer needs, base units of the vote token.
/// @param quorumPercent Share of the supply that must vote for or abstain, in percent.
struct VotingTerms {
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 proposalThreshold;
    uint256 quorumPercent;
}

/// @title Proposals and votes; what passes goes through the timelock
/// @notice The numbers of the vote have hard bounds too, so that no vote can make the next one a
/// formality. Votes are those of `BallastToken`; for and abstaining ones make the quorum, and a
/// proposal passes when those for it are more than those against.
/// @dev Most overrides exist only because two parents define the function; `super` takes the more
/// special one, which is the timelock's where that is one of them.
contract BallastGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    /// @dev Bounds of the voting delay: time to delegate, and no proposal that never comes up.
    uint256 private constant MIN_DELAY = 1 hours;
    uint256 private constant MAX_DELAY = 14 days;
    /// @dev Bounds of the voting period.
    uint256 private constant MIN_PERIOD = 2 days;
    uint256 private constant MAX_PERIOD = 30 days;
    /// @dev One hundredth of the supply: proposing stays possible for somebody.
    uint256 private constant MAX_THRESHOLD = 1_000_000e18;
    /// @dev Bounds of the quorum, in percent of the supply.
    uint256 private constant MIN_QUORUM_PERCENT = 2;
    uint256 private constant MAX_QUORUM_PERCENT = 40;

    /// @notice A number of the vote is outside its hard bounds.
    /// @param parameter Its name.
    /// @param value What was given.
    error OutOfBounds(bytes32 parameter, uint256 value);

    /// @dev Reverts with `OutOfBounds`: the parents set their numbers by the functions below.
    /// @param token The votes, counted by time.
    /// @param timelock Where what passes waits; it must have this contract as its proposer.
    /// @param terms Numbers of the vote.
    constructor(IVotes token, TimelockController timelock, VotingTerms memory terms)
        Governor("Ballast Governor")
        GovernorSettings(terms.votingDelay, terms.votingPeriod, terms.proposalThreshold)
        GovernorVotes(token)
        GovernorVotesQuorumFraction(terms.quorumPercent)
        GovernorTimelockControl(timelock)
    {}

    /// @inheritdoc Governor
    function proposalThreshold()
        public
        view
        override(Governor, GovernorSettings)
        returns (uint256)
    {
        return super.proposalThreshold();
    }

    /// @inheritdoc Governor
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState)
    {
        return super.state(proposalId);
    }

    /// @inheritdoc Governor
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @dev Bounded by `MIN_DELAY` and `MAX_DELAY`; only by a vote, through the timelock, as all
    /// four.
    /// @param delay Seconds.
    function _setVotingDelay(uint48 delay) internal override {
        _checkRange("votingDelay", delay, MIN_DELAY, MAX_DELAY);
        super._setVotingDelay(delay);
    }

    /// @dev Bounded by `MIN_PERIOD` and `MAX_PERIOD`.
    /// @param period Seconds.
    function _setVotingPeriod(uint32 period) internal override {
        _checkRange("votingPeriod", period, MIN_PERIOD, MAX_PERIOD);
        super._setVotingPeriod(period);
    }

    /// @dev Bounded by 1 and `MAX_THRESHOLD`: who has no votes proposes nothing.
    /// @param threshold Base units of the vote token.
    function _setProposalThreshold(uint256 threshold) internal override {
        _checkRange("proposalThreshold", threshold, 1, MAX_THRESHOLD);
        super._setProposalThreshold(threshold);
    }

    /// @dev Bounded by `MIN_QUORUM_PERCENT` and `MAX_QUORUM_PERCENT`. The denominator stays 100.
    /// @param percent Share of the supply.
    function _updateQuorumNumerator(uint256 percent) internal override {
        _checkRange("quorumPercent", percent, MIN_QUORUM_PERCENT, MAX_QUORUM_PERCENT);
        super._updateQuorumNumerator(percent);
    }

    /// @dev Schedules what has passed in the timelock.
    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    /// @dev Has the timelock execute what is due.
    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    /// @dev Also cancels in the timelock what is scheduled there.
    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    /// @dev The timelock: governed contracts, and the governor's own settings, obey it and not this
    /// contract.
    function _executor()
        internal
        view
        override(Governor, GovernorTimelockControl)
        returns (address)
    {
        return super._executor();
    }

    /// @dev Reverts with `OutOfBounds` unless `low <= value <= high`.
    /// @param parameter Name for the error.
    /// @param value What is checked.
    /// @param low Least value.
    /// @param high Greatest value.
    function _checkRange(bytes32 parameter, uint256 value, uint256 low, uint256 high) private pure {
        if (value < low || value > high) revert OutOfBounds(parameter, value);
    }
}
