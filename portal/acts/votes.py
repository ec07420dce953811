"""What holders of votes may do: lend their voice, vote, and bring what passed into effect."""

from collections.abc import Sequence

from governance import selectors
from governance.domain.voting import Standing, Support
from governance.models import Proposal
from portal.acts.forms import Act, Calls, Entry, Kind, Values

CHOICES = (
    (str(Support.FOR.value), "For"),
    (str(Support.AGAINST.value), "Against"),
    (str(Support.ABSTAIN.value), "Neither; counts for the quorum"),
)


def holder_acts(wallet: str) -> Sequence[Act]:
    """Return what a holder of votes may do at any time."""
    return [_delegate(wallet)] if wallet else []


def _delegate(wallet: str) -> Act:
    to = Entry(
        name="to",
        label="Account that votes with them",
        kind=Kind.ADDRESS,
        value=wallet,
        help="Your own, or one that you trust with your voice.",
    )
    return Act(
        code="delegate",
        label="Delegate your votes",
        about="Votes count once they are delegated, to yourself or another.",
        entries=[to],
        make=lambda given: selectors.delegate_call(holder=wallet, to=given["to"]),
        sender=wallet,
    )


def proposal_acts(proposal: Proposal, *, wallet: str, now: int) -> Sequence[Act]:
    """Return what this wallet may do with a proposal now."""
    standing = proposal.ballot.standing(now)
    if standing == Standing.ACTIVE and wallet:
        voted = proposal.votes.filter(voter=wallet).exists()
        return [] if voted else [_vote(proposal, wallet, now)]
    if standing == Standing.SUCCEEDED:
        return [_queue(proposal, now)]
    if standing == Standing.QUEUED and now >= proposal.executable_from:
        return [_execute(proposal, now)]
    may_cancel = standing == Standing.PENDING and wallet == proposal.proposer
    return [_cancel(proposal, now)] if may_cancel else []


def _vote(proposal: Proposal, wallet: str, now: int) -> Act:
    def make(given: Values) -> tuple[str, Calls]:
        return selectors.vote_call(
            proposal=proposal,
            voter=wallet,
            support=Support(int(given["support"])),
            reason=given["reason"],
            now=now,
        )

    return Act(
        code="vote",
        label="Vote",
        about="Votes count that were delegated before the vote began. A vote cannot be changed.",
        entries=[
            Entry(name="support", label="Your vote", kind=Kind.CHOICE, choices=CHOICES),
            Entry(name="reason", label="Why", kind=Kind.TEXT, may_be_empty=True),
        ],
        make=make,
        sender=wallet,
    )


def _queue(proposal: Proposal, now: int) -> Act:
    return Act(
        code="queue",
        label="Queue it",
        about="It has passed. Anyone may start its delay.",
        make=lambda given: selectors.queue_call(proposal=proposal, now=now),
    )


def _execute(proposal: Proposal, now: int) -> Act:
    return Act(
        code="execute",
        label="Execute it",
        about="Its delay has passed. Anyone may bring it about.",
        make=lambda given: selectors.execute_call(proposal=proposal, now=now),
    )


def _cancel(proposal: Proposal, now: int) -> Act:
    return Act(
        code="cancel",
        label="Take it back",
        about="Until the vote begins you may cancel it.",
        make=lambda given: selectors.cancel_call(proposal=proposal, now=now),
        sender=proposal.proposer,
    )
