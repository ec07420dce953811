"""One loan: is it safe, what is due, what has happened."""

from dataclasses import dataclass

from lending.domain.loans import Status
from lending.domain.schedule import Schedule, ScheduleKind
from lending.models import Loan, LoanCollateral, LoanEntry, PledgeStatus
from lending.selectors import Assessment, assess, pauses
from portal.domain import journal
from portal.domain.formatting import (
    counted,
    day,
    distance,
    middle,
    percent,
    span,
    token_amount,
    usd,
)
from portal.selectors.book import RUNNING, loan_row
from portal.selectors.pipeline import read_stamp
from portal.selectors.rows import Figure, Happening, LoanRow
from portal.selectors.stamp import Stamp
from portal.selectors.titles import public_titles

HAPPENINGS_SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class CollateralRow:
    """One pledged thing; ledger units, None where there is none."""

    token_id: int
    title: str
    note: str
    value: int | None
    cap: int | None


@dataclass(frozen=True, kw_only=True)
class DueRow:
    """One due date and what it leaves outstanding."""

    at: int
    outstanding: int
    words: str
    is_past: bool


@dataclass(frozen=True, kw_only=True)
class LoanPage:
    """Everything on the page of a loan."""

    stamp: Stamp
    row: LoanRow
    sentence: str
    cure_until: int | None
    figures: list[Figure]
    collateral: list[CollateralRow]
    terms: list[Figure]
    schedule_caption: str
    schedule: list[DueRow]
    happenings: list[Happening]
    details: list[Figure]


def loan_page(*, loan_id: int) -> LoanPage | None:
    """Gather one loan; None when the ledger has no such loan."""
    loan = Loan.objects.filter(pk=loan_id).first()
    if loan is None:
        return None
    stamp = read_stamp()
    now = stamp.chain_time
    assessment = assess([loan], now=now)[loan.pk] if loan.status in RUNNING else None
    row = loan_row(loan, assessment, now=now, paused=pauses())
    entries = list(loan.entries.order_by("-at", "-id")[:HAPPENINGS_SHOWN])
    plan = loan.state.plan()
    return LoanPage(
        stamp=stamp,
        row=row,
        sentence=_sentence(loan, row, assessment),
        cure_until=_cure_until(loan, entries),
        figures=_figures(loan, row, plan, now),
        collateral=_collateral(loan, assessment),
        terms=_terms(loan),
        schedule_caption=f"{counted(loan.instalments, 'instalment')}, every {span(loan.interval)}.",
        schedule=_schedule(loan, plan, row.debt, now),
        happenings=[_happening(entry) for entry in entries],
        details=_details(loan),
    )


def _sentence(loan: Loan, row: LoanRow, assessment: Assessment | None) -> str:
    """Return what the state of the loan means and what its borrower can do."""
    if loan.status not in (Status.CALLED, Status.AUCTIONED):
        return row.words
    reason = journal.REASONS[loan.state.call_reason.name.lower()]
    called = f"This loan was called on {day(loan.called_at)} because {reason}."
    limit = assessment.cure_limit if assessment else None
    target = ""
    if limit is not None and row.debt > limit:
        target = f" To cure it, {usd(row.debt - limit)} has to be paid, at least what is overdue."
    if loan.status == Status.AUCTIONED:
        return f"{called} Its collateral is being sold.{target}"
    return f"{called} It goes to auction unless it is cured in time.{target}"


def _cure_until(loan: Loan, entries: list[LoanEntry]) -> int | None:
    """Return the end of the running cure window, as the call announced it."""
    if loan.status != Status.CALLED:
        return None
    called = next((entry for entry in entries if entry.name == "called"), None)
    return called.details.get("cure_until") if called else None


def _figures(loan: Loan, row: LoanRow, plan: Schedule, now: int) -> list[Figure]:
    return [
        Figure(label="Debt", value=usd(row.debt), note=f"as of {day(now)}" if now else ""),
        Figure(
            label="Collateral value",
            value=usd(row.value) if row.value else "No value",
            note="what lending counts",
        ),
        Figure(label="Set aside", value=usd(loan.prefunded), note="for coming instalments"),
        _next_due(loan, plan, row.debt, now),
    ]


def _next_due(loan: Loan, plan: Schedule, debt: int, now: int) -> Figure:
    """Return the next due date with the instalment that the plan expects then."""
    if loan.status != Status.OPEN:
        return Figure(label="Next due", value="Nothing", note="the schedule has ended")
    due = plan.due_now(debt=debt, now=now)
    if due and due > loan.prefunded:
        at = plan.due_at(plan.reached(now))
        return Figure(label="Due now", value=usd(due), note=f"since {day(at)}")
    index = plan.reached(now) + 1
    if index > plan.instalments:
        return Figure(label="Due now", value=usd(debt), note=f"since {day(plan.matures_at())}")
    at = plan.due_at(index)
    return Figure(
        label="Next due",
        value=usd(min(plan.planned(index), debt)),
        note=f"{day(at)}, {distance(at, now)}",
    )


def _collateral(loan: Loan, assessment: Assessment | None) -> list[CollateralRow]:
    pledges = list(loan.collateral.all())
    titles = public_titles([pledge.token_id for pledge in pledges if pledge.token_id])
    worth = {one.item.token_id: one for one in assessment.pledges} if assessment else {}
    rows = []
    for pledge in sorted(pledges, key=lambda one: (one.token_id == 0, one.token_id)):
        known = worth.get(pledge.token_id)
        lower = known.pair.newest if known else None
        rows.append(
            CollateralRow(
                token_id=pledge.token_id,
                title=titles.get(pledge.token_id) or _tokens(pledge),
                note=_note(pledge),
                value=known.item.value(lower) if known and lower is not None else None,
                cap=known.item.appraisal_cap if known else None,
            )
        )
    return rows


def _tokens(pledge: LoanCollateral) -> str:
    return f"{token_amount(pledge.lrt_amount)} restaking tokens"


def _note(pledge: LoanCollateral) -> str:
    if pledge.status == PledgeStatus.HELD:
        return "Held for this loan"
    to = f" to {middle(pledge.went_to)}" if pledge.went_to else ""
    return f"{PledgeStatus(pledge.status).label}{to}"


def _terms(loan: Loan) -> list[Figure]:
    amortising = loan.schedule == ScheduleKind.AMORTISING
    return [
        Figure(label="Drawn", value=usd(loan.base_principal), note=day(loan.opened_at)),
        Figure(
            label="Rate", value=f"{percent(loan.rate_bps)} a year", note="fixed, simple interest"
        ),
        Figure(
            label="Repayment",
            value="In equal parts" if amortising else "All at the end",
            note="interest with each instalment",
        ),
        Figure(
            label="Grace",
            value=span(loan.grace_period),
            note="after a due date, before a loan can be called for it",
        ),
        Figure(
            label="Late fee",
            value=percent(loan.late_fee_bps),
            note="of one instalment's share of the loan",
        ),
        Figure(
            label="Time to cure", value=span(loan.cure_window), note="after a call, before a sale"
        ),
    ]


def _schedule(loan: Loan, plan: Schedule, debt: int, now: int) -> list[DueRow]:
    reached = plan.reached(now)
    return [
        DueRow(
            at=plan.due_at(index),
            outstanding=plan.outstanding_after(index),
            words=_due_words(loan, plan, index, debt, now),
            is_past=index <= reached,
        )
        for index in range(1, plan.instalments + 1)
    ]


def _due_words(loan: Loan, plan: Schedule, index: int, debt: int, now: int) -> str:
    if plan.due_at(index) > now:
        return "Coming" if loan.status == Status.OPEN else "No longer due"
    if index <= loan.charged_through:
        return "Missed, charged"
    if loan.status == Status.OPEN and plan.is_missed(
        index, debt=debt, prefunded=loan.prefunded, now=now
    ):
        return "Missed"
    return "Met" if loan.status == Status.OPEN else "Past"


def _happening(entry: LoanEntry) -> Happening:
    return Happening(
        at=entry.at,
        words=journal.sentence(entry.name, entry.amount, entry.party, entry.details),
        key=journal.KEYS.get(entry.name, ""),
        tx_hash=entry.tx_hash,
        block_number=entry.block_number,
    )


def _details(loan: Loan) -> list[Figure]:
    return [
        Figure(label="Loan number on the ledger", value=str(loan.pk)),
        Figure(label="Lane", value=str(loan.lane_id), note="an escrow of its own, for life"),
        Figure(label="Borrower", value=loan.borrower),
        Figure(label="Opening transaction", value=loan.opened_tx),
        Figure(label="Operations settled", value=f"{loan.operations:,}"),
    ]
