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
/// @param votingDelay Seconds between a proposal and the count of votes.
/// @param votingPeriod Seconds for which a vote is open.
/// @param proposalThreshold Votes that a proposer needs.
/// @param quorumPercent Share of the supply that must vote for or abstain.
struct VotingTerms {
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 proposalThreshold;
    uint256 quorumPercent;
}

/// @title Proposals and votes; what passes goes through the timelock
/// @notice The numbers of the vote have hard bounds too, so that no vote can make the next one a
/// formality.
contract BallastGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    uint256 private constant MIN_DELAY = 1 hours;
    uint256 private constant MAX_DELAY = 14 days;
    uint256 private constant MIN_PERIOD = 2 days;
    uint256 private constant MAX_PERIOD = 30 days;
    uint256 private constant MAX_THRESHOLD = 1_000_000e18;
    uint256 private constant MIN_QUORUM_PERCENT = 2;
    uint256 private constant MAX_QUORUM_PERCENT = 40;

    error OutOfBounds(bytes32 parameter, uint256 value);

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

    function _setVotingDelay(uint48 delay) internal override {
        _checkRange("votingDelay", delay, MIN_DELAY, MAX_DELAY);
        super._setVotingDelay(delay);
    }

    function _setVotingPeriod(uint32 period) internal override {
        _checkRange("votingPeriod", period, MIN_PERIOD, MAX_PERIOD);
        super._setVotingPeriod(period);
    }

    function _setProposalThreshold(uint256 threshold) internal override {
        _checkRange("proposalThreshold", threshold, 1, MAX_THRESHOLD);
        super._setProposalThreshold(threshold);
    }

    function _updateQuorumNumerator(uint256 percent) internal override {
        _checkRange("quorumPercent", percent, MIN_QUORUM_PERCENT, MAX_QUORUM_PERCENT);
        super._updateQuorumNumerator(percent);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor()
        internal
        view
        override(Governor, GovernorTimelockControl)
        returns (address)
    {
        return super._executor();
    }

    function _checkRange(bytes32 parameter, uint256 value, uint256 low, uint256 high) private pure {
        if (value < low || value > high) revert OutOfBounds(parameter, value);
    }
}
