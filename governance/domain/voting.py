"""Where a proposal stands: `BallastGovernor.state`, computed from what its events said."""

from dataclasses import dataclass
from enum import IntEnum

# `BallastToken.SUPPLY`: all the votes that there will ever be, 1e-18 votes.
SUPPLY_WEI = 100_000_000 * 10**18
PERCENT = 100


class Standing(IntEnum):
    """The states of OpenZeppelin's `IGovernor.ProposalState`; the numbers are the contract's."""

    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


class Support(IntEnum):
    """What a vote says; the numbers are the contract's."""

    AGAINST = 0
    FOR = 1
    ABSTAIN = 2


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """A proposal's votes and stations; votes in 1e-18, times in unix seconds, 0 for never."""

    vote_start: int
    vote_end: int
    quorum: int
    votes_for: int = 0
    votes_against: int = 0
    votes_abstain: int = 0
    executable_from: int = 0
    executed: bool = False
    canceled: bool = False

    @property
    def has_quorum(self) -> bool:
        """Whether enough votes were cast for it or abstained."""
        return self.votes_for + self.votes_abstain >= self.quorum

    @property
    def passes(self) -> bool:
        """Whether it would pass if the vote ended now."""
        return self.has_quorum and self.votes_for > self.votes_against

    def standing(self, now: int) -> Standing:
        """Return where it stands at `now`. The moment of `vote_end` itself still counts votes."""
        if self.executed:
            return Standing.EXECUTED
        if self.canceled:
            return Standing.CANCELED
        if now <= self.vote_start:
            return Standing.PENDING
        if now <= self.vote_end:
            return Standing.ACTIVE
        if not self.passes:
            return Standing.DEFEATED
        return Standing.QUEUED if self.executable_from else Standing.SUCCEEDED


def quorum(percent: int) -> int:
    """Return the votes that a proposal needs for it or abstaining, 1e-18, rounded down."""
    return SUPPLY_WEI * percent // PERCENT
