"""Loans as rows: state, gauge and words, from how lending assesses them."""

from collections.abc import Iterable, Sequence

from collateral.domain.classes import class_by_id
from lending.domain.loans import Status
from lending.domain.pauses import Pauses
from lending.domain.schedule import Schedule, ScheduleKind
from lending.models import Loan
from lending.selectors import Assessment, assess, pauses
from portal.domain import things
from portal.domain.charts.gauge import Gauge, gauge
from portal.domain.formatting import percent, token_amount, usd
from portal.domain.states import State, loan_state
from portal.selectors.rows import LoanRow

RUNNING = (Status.OPEN, Status.CALLED, Status.AUCTIONED)
_LRT_PLACES = 4
_RANK = {"called": 0, "watch": 1, "steady": 2, "done": 3}
_ENDINGS = {
    Status.REPAID: "Repaid; the collateral goes back to its owner.",
    Status.CLOSED: "Repaid; the collateral is its owner's again.",
}


def loan_name(loan_id: int) -> str:
    """Return a loan's short name: its lane and its number there."""
    return f"{loan_id >> 40}-{loan_id & ((1 << 40) - 1)}"


def loan_rows(loans: Iterable[Loan], *, now: int) -> list[LoanRow]:
    """Return the loans as rows, those that most need attention first."""
    given = list(loans)
    assessed, paused = assess([loan for loan in given if loan.status in RUNNING], now=now), pauses()
    rows = [loan_row(loan, assessed.get(loan.pk), now=now, paused=paused) for loan in given]
    return sorted(rows, key=by_need)


def loan_row(loan: Loan, assessment: Assessment | None, *, now: int, paused: Pauses) -> LoanRow:
    """Return one loan as a row; without an assessment it has ended."""
    shown = _gauge(assessment)
    debt = assessment.debt if assessment else loan.state.debt_up(now)
    overdue = loan.status == Status.OPEN and _is_overdue(loan, debt, now, paused)
    return LoanRow(
        id=loan.pk,
        name=loan_name(loan.pk),
        borrower=loan.borrower,
        collateral=_collateral(assessment),
        class_codes=_codes(assessment),
        debt=debt,
        value=(assessment.value or 0) if assessment else 0,
        state=_state(loan, shown, overdue),
        gauge=shown,
        words=_words(loan, shown, overdue),
    )


def by_need(row: LoanRow) -> tuple[int, int, int]:
    """Sort key: called first, then by how little the value may still fall."""
    return (_RANK[row.state.key], row.gauge.headroom_bps if row.gauge else 0, row.id)


def _is_overdue(loan: Loan, debt: int, now: int, paused: Pauses) -> bool:
    """Return whether an instalment is missed beyond its grace, from the columns it needs."""
    plan = Schedule(
        kind=ScheduleKind(loan.schedule),
        base_principal=loan.base_principal,
        rate_bps=loan.rate_bps,
        instalments=loan.instalments,
        interval=loan.interval,
        opened_at=loan.opened_at,
        grace_period=loan.grace_period,
        late_fee_bps=loan.late_fee_bps,
    )
    return plan.is_overdue(debt=debt, prefunded=loan.prefunded, now=now, pauses=paused)


def _state(loan: Loan, shown: Gauge | None, overdue: bool) -> State:
    return loan_state(
        status=Status(loan.status).name.lower(),
        headroom_bps=shown.headroom_bps if shown else None,
        overdue=overdue,
    )


def _gauge(assessment: Assessment | None) -> Gauge | None:
    if assessment is None or assessment.value is None or assessment.newest_limit is None:
        return None
    return gauge(value=assessment.value, debt=assessment.debt, limit=assessment.newest_limit)


def _codes(assessment: Assessment | None) -> list[str]:
    pledges: Sequence = assessment.pledges if assessment else ()
    return [class_by_id(one.item.terms.class_id).code for one in pledges]


def _collateral(assessment: Assessment | None) -> str:
    if assessment is None or not assessment.pledges:
        return "None held any more"
    tokens = sum(one.item.lrt_amount or 0 for one in assessment.pledges)
    codes = [code for code in _codes(assessment) if code != "lrt"]
    return things.basket(codes, token_amount(tokens, places=_LRT_PLACES) if tokens else "")


def _words(loan: Loan, shown: Gauge | None, overdue: bool) -> str:
    """Return what the gauge means for this loan, in one or two sentences."""
    if loan.status in _ENDINGS:
        return _ENDINGS[Status(loan.status)]
    if loan.status == Status.WRITTEN_OFF:
        return f"Sold; {usd(loan.loss)} of the debt could not be recovered."
    late = "An instalment is overdue. " if overdue else ""
    if shown is None:
        return f"{late}Part of the collateral has no current value."
    mark = usd(shown.call_value)
    if loan.status == Status.AUCTIONED:
        return f"Being sold. The call mark was {mark}; the value now is {usd(shown.value)}."
    if loan.status == Status.CALLED:
        return f"Called. The call mark is {mark}; the value now is {usd(shown.value)}."
    if shown.headroom_bps < 0:
        return f"{late}Past its call mark of {mark}; can be called if two rounds agree."
    room = percent(shown.headroom_bps // 100 * 100)
    return f"{late}Called if the collateral is valued below {mark}, {room} under its value now."
