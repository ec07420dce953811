// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {ClassRow, RiskTerms} from "../../src/RiskTerms.sol";
import {BallastGovernor, VotingTerms} from "../../src/governance/BallastGovernor.sol";
import {BallastTimelock} from "../../src/governance/BallastTimelock.sol";
import {BallastToken} from "../../src/governance/BallastToken.sol";
import {ClassTerms} from "../../src/interfaces/IRiskTerms.sol";
import {SignerSet} from "../../src/libraries/SignerSet.sol";
import {RiskBase} from "./RiskBase.sol";

/// @title Risk terms under governor and timelock, set up as the deployment does
abstract contract GovernanceBase is RiskBase {
    uint256 internal constant EPOCH = 1 days;
    uint256 internal constant DELAY = 3 days;
    uint48 internal constant VOTING_DELAY = 1 days;
    uint32 internal constant VOTING_PERIOD = 5 days;
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;

    /// @dev A proposal of one call.
    struct Plan {
        address[] targets;
        uint256[] values;
        bytes[] calls;
        string reason;
        bytes32 hash;
    }

    address internal holder = named("holder");
    address internal guardian = named("guardian");
    AccessManager internal manager;
    BallastToken internal token;
    BallastTimelock internal timelock;
    BallastGovernor internal governor;

    function setUp() public override {
        vm.warp(START);
        manager = new AccessManager(address(this));
        token = new BallastToken(holder);
        address[] memory proposers = new address[](1);
        proposers[0] = _nextButOne();
        timelock = new BallastTimelock(DELAY, EPOCH, proposers);
        VotingTerms memory voting = VotingTerms(VOTING_DELAY, VOTING_PERIOD, 100_000e18, 4);
        governor = new BallastGovernor(token, timelock, voting);
        ClassRow[] memory rows = new ClassRow[](1);
        rows[0] = ClassRow(CAR, _car(), START_CAP, CAP);
        risk = new RiskTerms(address(manager), rows);
        vm.prank(holder);
        token.delegate(holder);
        manager.grantRole(1, guardian, 0);
        manager.grantRole(0, address(timelock), 0);
        manager.renounceRole(0, address(this));
        _pass(1);
    }

    /// @dev The governor is created right after its timelock; the token tells how far we are.
    function _nextButOne() private view returns (address) {
        uint256 nonce = 1;
        while (SignerSet.addressOf(address(this), nonce) != address(token)) ++nonce;
        return SignerSet.addressOf(address(this), nonce + 2);
    }

    function _plan(address target, bytes memory call, string memory reason)
        internal
        pure
        returns (Plan memory plan)
    {
        (plan.targets, plan.values) = (new address[](1), new uint256[](1));
        plan.calls = new bytes[](1);
        (plan.targets[0], plan.calls[0]) = (target, call);
        (plan.reason, plan.hash) = (reason, keccak256(bytes(reason)));
    }

    function _planToHalveTheFee() internal view returns (Plan memory) {
        ClassTerms memory terms = _car();
        terms.lateFeeBps = 200;
        bytes memory call = abi.encodeCall(risk.setTerms, (CAR, terms));
        return _plan(address(risk), call, "Halve the late fee");
    }

    function _propose(Plan memory plan) internal returns (uint256) {
        vm.prank(holder);
        return governor.propose(plan.targets, plan.values, plan.calls, plan.reason);
    }

    function _vote(uint256 id, uint8 support) internal {
        vm.prank(holder);
        governor.castVote(id, support);
    }
}
