"""Governance's pages: what would change, whom it touches, when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.deployment_record import load
from governance.domain.voting import SUPPLY_WEI, Ballot, Standing
from governance.models import Proposal, Vote, VoteHolder
from governance.selectors import decoded_calls, terms_now
from governance.selectors.proposals import Decoded
from lending.domain.loans import Status
from lending.models import Loan, WorkoutOffer
from portal.domain.formatting import (
    counted,
    distance,
    middle,
    moment,
    percent,
    ratio_bps,
    span,
    token_amount,
)
from portal.domain.states import State
from portal.selectors.book import loan_name
from portal.selectors.borrower import standing_offer
from portal.selectors.pipeline import read_stamp
from portal.selectors.rows import Figure
from portal.selectors.stamp import Stamp

PROPOSALS_SHOWN, VOTES_SHOWN, OPEN_CALLS = 50, 100, 3
_STATES = {
    Standing.PENDING: State("watch", "▲", "Announced"),
    Standing.ACTIVE: State("watch", "▲", "Voting"),
    Standing.CANCELED: State("done", "✕", "Taken back"),
    Standing.DEFEATED: State("done", "✕", "Not passed"),
    Standing.SUCCEEDED: State("steady", "●", "Passed"),
    Standing.QUEUED: State("steady", "●", "In its delay"),
    Standing.EXPIRED: State("done", "✕", "Expired"),
    Standing.EXECUTED: State("done", "✓", "In effect"),
}


@dataclass(frozen=True, kw_only=True)
class ProposalRow:
    """One proposal in the list."""

    number: int
    title: str
    state: State
    when: str
    votes: str


@dataclass(frozen=True, kw_only=True)
class OfferRow:
    """One borrower's offer of new terms that waits for somebody to bring it to a vote."""

    loan_id: int
    loan_name: str
    reason: str
    until: str


@dataclass(frozen=True, kw_only=True)
class TermsRow:
    """One class's terms in force."""

    label: str
    may_draw: str
    called_above: str
    rate: str
    grace: str
    cure: str


@dataclass(frozen=True, kw_only=True)
class GovernancePage:
    """Proposals, offers of new terms, the terms in force, and the reader's votes."""

    stamp: Stamp
    sentence: str
    proposals: list[ProposalRow]
    offers: list[OfferRow]
    terms: list[TermsRow]
    mine: list[Figure]


@dataclass(frozen=True, kw_only=True)
class VoteRow:
    """One vote in words."""

    voter: str
    said: str
    weight: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """One call of a proposal as a voter reads it."""

    title: str
    facts: list[Figure]
    data: str


@dataclass(frozen=True, kw_only=True)
class ProposalPage:
    """One proposal."""

    stamp: Stamp
    proposal: Proposal
    row: ProposalRow
    sentence: str
    figures: list[Figure]
    calls: list[CallRow]
    more_calls: list[CallRow]
    votes: list[VoteRow]


def governance_page(wallet: str) -> GovernancePage:
    """Gather what is proposed and what holds."""
    stamp = read_stamp()
    proposals = list(Proposal.objects.all()[:PROPOSALS_SHOWN])
    rows = [_row(one, stamp.chain_time) for one in proposals]
    running = sum(
        one.ballot.standing(stamp.chain_time) in (Standing.PENDING, Standing.ACTIVE)
        for one in proposals
    )
    return GovernancePage(
        stamp=stamp,
        sentence=(
            f"{counted(running, 'proposal')} can be decided now."
            if running
            else "Nothing is being decided now."
        ),
        proposals=rows,
        offers=_offers(stamp.chain_time),
        terms=[_terms(one) for one in terms_now()],
        mine=_mine(wallet) if wallet else [],
    )


def proposal_page(number: int) -> ProposalPage | None:
    """Gather one proposal; None when there is none of that number."""
    proposal = Proposal.objects.filter(number=number).first() if number < 2**256 else None
    if proposal is None:
        return None
    stamp = read_stamp()
    ballot, votes = proposal.ballot, proposal.votes.order_by("-weight", "id")[:VOTES_SHOWN]
    calls = decoded_calls(proposal)
    return ProposalPage(
        stamp=stamp,
        proposal=proposal,
        row=_row(proposal, stamp.chain_time),
        sentence=_sentence(proposal, ballot, stamp.chain_time),
        figures=_figures(proposal, ballot),
        calls=[_call(one) for one in calls[:OPEN_CALLS]],
        more_calls=[_call(one) for one in calls[OPEN_CALLS:]],
        votes=[_vote(one) for one in votes],
    )


def votes_text(wei: int) -> str:
    """Return a number of votes in words."""
    return token_amount(wei, places=2)


def _row(proposal: Proposal, now: int) -> ProposalRow:
    ballot = proposal.ballot
    return ProposalRow(
        number=proposal.number,
        title=str(proposal),
        state=_STATES[ballot.standing(now)],
        when=_when(proposal, ballot.standing(now), now),
        votes=f"{votes_text(ballot.votes_for)} for, {votes_text(ballot.votes_against)} against",
    )


def _when(proposal: Proposal, standing: Standing, now: int) -> str:
    said = {
        Standing.PENDING: ("voting begins", proposal.vote_start),
        Standing.ACTIVE: ("voting ends", proposal.vote_end),
        Standing.QUEUED: ("can take effect", proposal.executable_from),
        Standing.EXECUTED: ("took effect", proposal.executed_at),
        Standing.CANCELED: ("taken back", proposal.canceled_at),
    }
    what, at = said.get(standing, ("voting ended", proposal.vote_end))
    return f"{what} {distance(at, now)}, {moment(at)}"


def _sentence(proposal: Proposal, ballot: Ballot, now: int) -> str:
    standing = ballot.standing(now)
    when = _when(proposal, standing, now)
    if standing == Standing.ACTIVE:
        would = "would pass" if ballot.passes else "would not pass"
        return f"It {would} if the vote ended now; {when}."
    if standing == Standing.DEFEATED:
        why = "too few took part" if not ballot.has_quorum else "more were against it than for it"
        return f"It did not pass: {why}."
    return f"{_STATES[standing].word}; {when}."


def _figures(proposal: Proposal, ballot: Ballot) -> list[Figure]:
    part = ballot.votes_for + ballot.votes_abstain
    return [
        Figure(label="For", value=votes_text(ballot.votes_for)),
        Figure(label="Against", value=votes_text(ballot.votes_against)),
        Figure(label="Neither", value=votes_text(ballot.votes_abstain)),
        Figure(
            label="Needed",
            value=votes_text(ballot.quorum),
            note="for it or neither; reached"
            if ballot.has_quorum
            else f"for it or neither; {percent(ratio_bps(part, ballot.quorum))} of it is there",
        ),
    ]


def _vote(vote: Vote) -> VoteRow:
    return VoteRow(
        voter=middle(vote.voter),
        said=vote.get_support_display(),
        weight=votes_text(vote.weight),
        reason=vote.reason[:500],
    )


def _call(one: Decoded) -> CallRow:
    if not one.function:
        return CallRow(title=f"{one.contract}, a call that is not ours", facts=[], data=one.data)
    facts = [
        Figure(label=name, value=value) for name, value in _flat(one.arguments) if value != "None"
    ]
    return CallRow(title=f"{one.contract}.{one.function}", facts=facts, data=one.data)


def _flat(arguments: dict[str, Any], under: str = "") -> list[tuple[str, str]]:
    """Return arguments as names and texts; those of structs under the struct's name."""
    found: list[tuple[str, str]] = []
    for name, value in arguments.items():
        label = f"{under}{name}"
        if isinstance(value, dict):
            found += _flat(value, f"{label}.")
        elif isinstance(value, bytes):
            found.append((label, middle("0x" + value.hex(), 18, 8)))
        elif isinstance(value, list):
            found.append((label, f"{counted(len(value), 'entry', 'entries')}"))
        else:
            found.append((label, _named(value)))
    return found


def _named(value: Any) -> str:
    """Return a value as text, an address of ours by its contract's name too."""
    name = load().name_of(value) if isinstance(value, str) else None
    return f"{value} ({name})" if name else str(value)


def _offers(now: int) -> list[OfferRow]:
    called = Loan.objects.filter(
        status__in=(Status.CALLED, Status.AUCTIONED), workout_offers__isnull=False
    ).distinct()
    offers = [offer for loan in called if (offer := standing_offer(loan, now=now))]
    return [_offer(one) for one in offers]


def _offer(offer: WorkoutOffer) -> OfferRow:
    return OfferRow(
        loan_id=offer.loan_id,
        loan_name=loan_name(offer.loan_id),
        reason=offer.reason,
        until=moment(offer.deadline),
    )


def _terms(one: Any) -> TermsRow:
    terms = one.terms
    return TermsRow(
        label=one.label,
        may_draw=percent(terms["max_ltv_bps"]),
        called_above=percent(terms["liquidation_ltv_bps"]),
        rate=percent(one.rate_bps),
        grace=span(terms["grace_period"]),
        cure=span(terms["cure_window"]),
    )


def _mine(wallet: str) -> list[Figure]:
    row = VoteHolder.objects.filter(pk=wallet).first() or VoteHolder(address=wallet)
    nobody = not row.delegate or int(row.delegate, 16) == 0
    whose = "nobody: they do not count" if nobody else middle(row.delegate)
    lent = "yourself" if row.delegate == wallet else whose
    return [
        Figure(label="Votes you hold", value=votes_text(row.balance), note=f"lent to {lent}"),
        Figure(
            label="Votes that count for you",
            value=votes_text(row.votes),
            note=f"{percent(ratio_bps(row.votes, SUPPLY_WEI))} of all",
        ),
    ]


def workout_proposals(offers: Sequence[WorkoutOffer]) -> dict[int, Proposal]:
    """Return the newest proposal that brings each offer to a vote, by the offer's row."""
    wanted = {(one.loan_id, int(one.workout["nonce"])): one.pk for one in offers}
    found: dict[int, Proposal] = {}
    for proposal in Proposal.objects.order_by("id") if wanted else ():
        for call in decoded_calls(proposal):
            if (call.contract, call.function) == ("LoanBook", "workOut"):
                asked = next(iter(call.arguments.values()))
                pk = wanted.get((asked["loanId"], asked["nonce"]))
                found |= {pk: proposal} if pk else {}
    return found
