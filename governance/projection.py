"""What `RiskTerms` says was set, and what the governor and its token say was decided."""

import re

from django.db.models import F

from contracts.types import Event
from governance.domain.voting import Support, quorum
from governance.models import Proposal, Quorum, TermsChange, UtilisationReport, Vote, VoteHolder
from settlement import projection

NOBODY = "0x" + "00" * 20
_TALLY = {
    Support.AGAINST: "votes_against",
    Support.FOR: "votes_for",
    Support.ABSTAIN: "votes_abstain",
}


def register() -> None:
    """Tell the event reader which events concern governance, and what their handlers write."""
    # Rows that refer to others come before them.
    projection.register_rows(TermsChange, UtilisationReport, Quorum, VoteHolder, Vote, Proposal)
    for contract, handlers in HANDLERS.items():
        for name, handler in handlers.items():
            projection.register(contract, name, handler)


def class_terms_set(event: Event) -> None:
    """Keep the terms of a class as they were set."""
    TermsChange.objects.create(
        class_id=event.args["classId"],
        terms={_snake_case(name): value for name, value in event.args["terms"].items()},
        set_at=event.block_time,
        block_number=event.block_number,
        tx_hash=event.tx_hash,
    )


def utilisation_set(event: Event) -> None:
    """Keep what a close reported."""
    UtilisationReport.objects.create(
        reported_bps=event.args["reportedBps"],
        curve_bps=event.args["curveBps"],
        set_at=event.block_time,
        block_number=event.block_number,
    )


def quorum_set(event: Event) -> None:
    """Proposals made from now on need that share."""
    Quorum.objects.create(percent=event.args["newQuorumNumerator"], set_at=event.block_time)


def proposal_created(event: Event) -> None:
    """Somebody proposes calls; the quorum is that of the moment from which votes count."""
    args = event.args
    share = Quorum.objects.filter(set_at__lte=args["voteStart"]).first()
    Proposal.objects.create(
        number=args["proposalId"],
        proposer=args["proposer"],
        targets=args["targets"],
        calls=args["calldatas"],
        reason=args["description"],
        proposed_at=event.block_time,
        vote_start=args["voteStart"],
        vote_end=args["voteEnd"],
        quorum=quorum(share.percent if share else 0),
        tx_hash=event.tx_hash,
    )


def vote_cast(event: Event) -> None:
    """A vote counts with the weight its voter had when the vote began."""
    args = event.args
    proposal = Proposal.objects.get(number=args["proposalId"])
    Vote.objects.create(
        proposal=proposal,
        voter=args["voter"],
        support=args["support"],
        weight=args["weight"],
        reason=args["reason"],
        at=event.block_time,
    )
    tally = _TALLY[Support(args["support"])]
    setattr(proposal, tally, getattr(proposal, tally) + args["weight"])
    proposal.save(update_fields=[tally])


def proposal_queued(event: Event) -> None:
    """It passed; the timelock runs."""
    _proposal(event, executable_from=event.args["etaSeconds"])


def proposal_executed(event: Event) -> None:
    """Its calls were made."""
    _proposal(event, executed_at=event.block_time)


def proposal_canceled(event: Event) -> None:
    """Its proposer took it back before the vote began."""
    _proposal(event, canceled_at=event.block_time)


def _proposal(event: Event, **changed: int) -> None:
    Proposal.objects.filter(number=event.args["proposalId"]).update(**changed)


def tokens_moved(event: Event) -> None:
    """The token of the votes changes hands."""
    for party, change in (
        (event.args["from"], -event.args["value"]),
        (event.args["to"], event.args["value"]),
    ):
        if party != NOBODY:
            VoteHolder.objects.get_or_create(address=party)
            VoteHolder.objects.filter(address=party).update(balance=F("balance") + change)


def delegate_changed(event: Event) -> None:
    """A holder lends the voice of what it holds, to itself or another."""
    VoteHolder.objects.update_or_create(
        address=event.args["delegator"], defaults={"delegate": event.args["toDelegate"]}
    )


def votes_changed(event: Event) -> None:
    """So many votes count for an account from now on."""
    VoteHolder.objects.update_or_create(
        address=event.args["delegate"], defaults={"votes": event.args["newVotes"]}
    )


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


HANDLERS = {
    "RiskTerms": {"ClassTermsSet": class_terms_set, "UtilisationSet": utilisation_set},
    "BallastGovernor": {
        "QuorumNumeratorUpdated": quorum_set,
        "ProposalCreated": proposal_created,
        "VoteCast": vote_cast,
        "ProposalQueued": proposal_queued,
        "ProposalExecuted": proposal_executed,
        "ProposalCanceled": proposal_canceled,
    },
    "BallastToken": {
        "Transfer": tokens_moved,
        "DelegateChanged": delegate_changed,
        "DelegateVotesChanged": votes_changed,
    },
}
