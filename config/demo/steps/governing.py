"""Collective decisions: proposed, voted on, queued, and executed when the timelock has run."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from eth_utils.crypto import keccak

from config.demo.actors import Call
from config.demo.stage import Stage
from config.demo.waiting import DemoFailure
from contracts.errors import CallReverted

IN_FAVOUR = 1
# A proposal of many calls is one transaction at each of its stations.
PROPOSAL_GAS = 14_000_000


class Standing(IntEnum):
    """The states of OpenZeppelin's `IGovernor.ProposalState`."""

    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


@dataclass(frozen=True)
class Proposal:
    """What is to be called, by contract address, and why."""

    targets: Sequence[str]
    calls: Sequence[bytes]
    reason: str

    @property
    def hashed(self) -> tuple[Sequence[str], Sequence[int], Sequence[bytes], bytes]:
        """The arguments by which the governor knows it."""
        return self.targets, [0] * len(self.targets), self.calls, keccak(text=self.reason)

    @property
    def named(self) -> tuple[Sequence[str], Sequence[int], Sequence[bytes], str]:
        """The arguments with which it is proposed."""
        return self.targets, [0] * len(self.targets), self.calls, self.reason


def enact(stage: Stage, proposal: Proposal) -> None:
    """Take a proposal from station to station until it is executed; safe to repeat."""
    if not proposal.targets:
        return
    number = stage.chain.call("BallastGovernor", "getProposalId", *proposal.hashed)
    for _ in Standing:
        standing = _standing(stage, number)
        if standing == Standing.EXECUTED:
            return
        _advance(stage, proposal, number, standing)
    raise DemoFailure(f"The proposal “{proposal.reason}” was not executed.")


def _advance(stage: Stage, proposal: Proposal, number: int, standing: Standing | None) -> None:
    """Do the next thing that a proposal needs: a vote, a transaction, or time."""
    if standing is None:
        _send(stage, "propose", *proposal.named)
    elif standing == Standing.PENDING:
        _wait_until(stage, "proposalSnapshot", number)
    elif standing == Standing.ACTIVE:
        if not stage.chain.call("BallastGovernor", "hasVoted", number, stage.cast.governor.address):
            _send(stage, "castVote", number, IN_FAVOUR)
        _wait_until(stage, "proposalDeadline", number)
    elif standing == Standing.SUCCEEDED:
        _send(stage, "queue", *proposal.hashed)
    elif standing == Standing.QUEUED:
        _wait_until(stage, "proposalEta", number)
        _send(stage, "execute", *proposal.hashed)
    else:
        raise DemoFailure(f"The proposal “{proposal.reason}” is {standing.name.lower()}.")


def _standing(stage: Stage, number: int) -> Standing | None:
    """Return where a proposal stands, or None when it was never made."""
    try:
        return Standing(stage.chain.call("BallastGovernor", "state", number))
    except CallReverted as refusal:
        if refusal.error != "GovernorNonexistentProposal":
            raise
        return None


def _wait_until(stage: Stage, moment: str, number: int) -> None:
    stage.clock.advance_to(stage.chain.call("BallastGovernor", moment, number) + 1)


def _send(stage: Stage, function: str, *arguments: object) -> None:
    """Send a call of the holder of the votes."""
    governor = stage.chain.address("BallastGovernor")
    data = stage.chain.encode("BallastGovernor", function, *arguments)
    stage.send([Call(stage.cast.governor, governor, data, gas=PROPOSAL_GAS)])
