"""The life of one loan: each `apply_*` is an entry point of LoanBook, equal to the unit.

Every function returns the new loan and the change of its lane's sums. Nothing else changes.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from lending.domain import interest
from lending.domain.errors import LendingRefused
from lending.domain.lanes import LaneSums, earning_part
from lending.domain.pauses import Pauses
from lending.domain.schedule import Schedule, ScheduleKind
from lending.domain.units import SCALE, YEAR_S, ceil_div

CURES_PER_YEAR = 2


class Status(IntEnum):
    """Where a loan stands; the numbers are the contract's."""

    NONE = 0
    OPEN = 1
    CALLED = 2
    AUCTIONED = 3
    REPAID = 4
    CLOSED = 5
    WRITTEN_OFF = 6


class CallReason(IntEnum):
    """Why a loan was called; the numbers are the contract's."""

    HEALTH = 0
    OVERDUE = 1
    ATTESTATION = 2
    BAND = 3

    @property
    def needs_oracle(self) -> bool:
        """Whether the call rested on values, so that its clock stops with the oracle's (C5, V4)."""
        return self in (CallReason.HEALTH, CallReason.BAND)


@dataclass(frozen=True, kw_only=True)
class LoanState:
    """Hot slot and cold terms of a loan; fields and units as in LoanBook."""

    principal: int
    rate_bps: int
    last_accrual: int
    base_principal: int
    schedule: ScheduleKind
    instalments: int
    interval: int
    opened_at: int
    grace_period: int
    cure_window: int
    late_fee_bps: int
    status: Status = Status.OPEN
    prefunded: int = 0
    accrued_scaled: int = 0
    charged_through: int = 0
    called_at: int = 0
    stopped_at_call: int = 0
    call_reason: CallReason = CallReason.HEALTH
    impaired: int = 0
    cures: int = 0
    first_cure_at: int = 0
    limit: int = 0
    window_spent: bool = False

    def interest_scaled(self, now: int) -> int:
        """Return the interest owed at `now`, scaled; frozen unless the loan is open."""
        if self.status != Status.OPEN:
            return self.accrued_scaled
        return interest.accrued(
            principal=self.principal,
            accrued_scaled=self.accrued_scaled,
            last_accrual=self.last_accrual,
            rate_bps=self.rate_bps,
            now=now,
        )

    def debt_up(self, now: int) -> int:
        """Return the debt at `now`, ledger units, rounded up."""
        return interest.debt_up(principal=self.principal, interest_scaled=self.interest_scaled(now))

    def plan(self) -> Schedule:
        """Return the schedule of due dates."""
        return Schedule(
            kind=self.schedule,
            base_principal=self.base_principal,
            rate_bps=self.rate_bps,
            instalments=self.instalments,
            interval=self.interval,
            opened_at=self.opened_at,
            grace_period=self.grace_period,
            late_fee_bps=self.late_fee_bps,
        )

    def is_overdue(self, now: int, *, pauses: Pauses, longer: int = 0) -> bool:
        """Return whether an instalment is missed whose grace ended `longer` seconds ago or before.

        Grace stands still during `pauses` (rule C5).
        """
        return self.plan().is_overdue(
            debt=self.debt_up(now),
            prefunded=self.prefunded,
            now=now,
            pauses=pauses,
            longer=longer,
        )

    def lane_part(self) -> LaneSums:
        """Return what this loan adds to its lane's `a` and `b`."""
        if self.status != Status.OPEN:
            return LaneSums()
        a, b = earning_part(
            principal=self.principal,
            accrued_scaled=self.accrued_scaled,
            last_accrual=self.last_accrual,
            rate_bps=self.rate_bps,
        )
        return LaneSums(a=a, b=b)


Change = tuple[LoanState, LaneSums]


def _require(loan: LoanState, *allowed: Status) -> None:
    if loan.status not in allowed:
        names = " or ".join(status.name.lower() for status in allowed)
        raise LendingRefused(
            "wrong_status",
            f"The loan is {loan.status.name.lower()}; this needs it to be {names}.",
        )


def _change(old: LoanState | None, new: LoanState, *, cash: int = 0, owed: int = 0) -> Change:
    """Return the new loan with the difference that it makes to its lane."""
    before = old.lane_part() if old else LaneSums()
    after = new.lane_part()
    impaired = new.impaired - (old.impaired if old else 0)
    return new, LaneSums(
        a=after.a - before.a, b=after.b - before.b, cash=cash, owed=owed, impaired=impaired
    )


def _pay(loan: LoanState, amount: int, now: int) -> LoanState:
    """Return the loan after a payment by the payment rule; a debt of zero makes it repaid."""
    principal, accrued_scaled = interest.after_payment(
        principal=loan.principal, interest_scaled=loan.interest_scaled(now), amount=amount
    )
    # The clock of a loan that does not earn stands: it tells when the loan was called.
    clock = now if loan.status == Status.OPEN else loan.last_accrual
    paid = replace(loan, principal=principal, accrued_scaled=accrued_scaled, last_accrual=clock)
    if principal == 0 and accrued_scaled == 0:
        return replace(paid, status=Status.REPAID, impaired=0)
    if not paid.impaired:
        return paid
    return replace(paid, impaired=min(paid.impaired, paid.debt_up(now)))


def apply_open(loan: LoanState) -> Change:
    """The draw leaves the lane's cash."""
    return _change(None, loan, cash=-loan.principal)


def apply_prefund(loan: LoanState, *, amount: int) -> Change:
    """Cash set aside stays its borrower's (rule D6)."""
    return _change(loan, replace(loan, prefunded=loan.prefunded + amount), cash=amount, owed=amount)


def apply_withdraw(loan: LoanState, *, amount: int) -> Change:
    """Prefunded cash goes back to the borrower."""
    return _change(
        loan, replace(loan, prefunded=loan.prefunded - amount), cash=-amount, owed=-amount
    )


def apply_repay(loan: LoanState, *, amount: int, now: int) -> Change:
    """Anyone's payment, whatever is paused (rule D7)."""
    _require(loan, Status.OPEN, Status.CALLED, Status.AUCTIONED)
    return _change(loan, _pay(loan, amount, now), cash=amount)


def apply_collect(loan: LoanState, *, amount: int, now: int) -> Change:
    """A payment out of the prefunded cash: it becomes the pool's."""
    _require(loan, Status.OPEN)
    if amount > loan.prefunded:
        raise LendingRefused(
            "more_than_prefunded",
            f"A collection of {amount} units is more than the {loan.prefunded} set aside.",
        )
    funded = replace(loan, prefunded=loan.prefunded - amount)
    return _change(loan, _pay(funded, amount, now), owed=-amount)


def apply_draw(loan: LoanState, *, amount: int, rate_bps: int, now: int) -> Change:
    """More is drawn at the present epoch's rate: the loan's becomes the debt-weighted mean (D4),
    and what is then owed is spread over the due dates left.
    """
    _require(loan, Status.OPEN)
    debt, principal = loan.debt_up(now), loan.principal + amount
    drawn = replace(
        loan,
        principal=principal,
        accrued_scaled=loan.interest_scaled(now),
        last_accrual=now,
        rate_bps=ceil_div(debt * loan.rate_bps + amount * rate_bps, debt + amount),
        base_principal=loan.plan().base_for(principal, loan.plan().reached(now)),
    )
    return _change(loan, drawn, cash=-amount)


@dataclass(frozen=True, kw_only=True)
class NewSchedule:
    """What an extension gives a loan, by the table of its day."""

    rate_bps: int
    schedule: ScheduleKind
    instalments: int
    interval: int
    grace_period: int
    cure_window: int
    late_fee_bps: int


def apply_extend(loan: LoanState, *, terms: NewSchedule, now: int) -> Change:
    """A new schedule from now on for the principal as it stands (rule D8)."""
    _require(loan, Status.OPEN)
    accrued = replace(loan, accrued_scaled=loan.interest_scaled(now), last_accrual=now)
    return _change(loan, _rescheduled(accrued, terms, now))


def _rescheduled(loan: LoanState, terms: NewSchedule, now: int) -> LoanState:
    return replace(
        loan,
        rate_bps=terms.rate_bps,
        base_principal=loan.principal,
        schedule=terms.schedule,
        instalments=terms.instalments,
        interval=terms.interval,
        opened_at=now,
        charged_through=0,
        grace_period=terms.grace_period,
        cure_window=terms.cure_window,
        late_fee_bps=terms.late_fee_bps,
    )


def apply_workout(loan: LoanState, *, terms: NewSchedule, now: int, stopped: int) -> Change:
    """A vote gives a called loan a new schedule and a cure window from `now` on; what it owes and
    is carried at stays (rule D8). `stopped`: the oracle's stopped seconds.
    """
    _require(loan, Status.CALLED, Status.AUCTIONED)
    # The window is for all that is pledged: tokens out of their band wait for its end too.
    band = loan.call_reason == CallReason.BAND
    fresh = replace(
        _rescheduled(loan, terms, now),
        status=Status.CALLED,
        last_accrual=now - (stopped if loan.call_reason.needs_oracle else 0),
        called_at=now,
        stopped_at_call=stopped,
        call_reason=CallReason.HEALTH if band else loan.call_reason,
        window_spent=False,
    )
    return _change(loan, fresh)


def apply_charge(loan: LoanState, *, index: int, now: int) -> Change:
    """The late fee of one missed due date, once (rule D2)."""
    _require(loan, Status.OPEN)
    fee = loan.plan().late_fee() * SCALE
    charged = replace(
        loan,
        accrued_scaled=loan.interest_scaled(now) + fee,
        last_accrual=now,
        charged_through=index,
    )
    return _change(loan, charged)


def apply_call(
    loan: LoanState, *, reason: CallReason, recovery: int, now: int, stopped: int
) -> Change:
    """The loan leaves `a` and `b`; prefunded cash is set off first (rules C1, D6).

    `recovery` is Σ recovery share of the calling values, ledger units; `stopped` the oracle's
    stopped seconds.
    """
    _require(loan, Status.OPEN)
    used = min(loan.prefunded, loan.debt_up(now))
    funded = replace(loan, prefunded=loan.prefunded - used)
    paid = _pay(funded, used, now)
    if paid.status == Status.REPAID:
        return _change(loan, paid, owed=-used)
    # A cure window stands still with the oracle; so the clock of a call for health does.
    standing = stopped if reason.needs_oracle else 0
    called = replace(
        paid,
        status=Status.CALLED,
        last_accrual=now - standing,
        called_at=now,
        stopped_at_call=stopped,
        call_reason=reason,
        impaired=min(paid.debt_up(now), recovery),
        window_spent=loan.cures >= CURES_PER_YEAR and now - loan.first_cure_at < YEAR_S,
    )
    return _change(loan, called, owed=-used)


def apply_cure(loan: LoanState, *, amount: int, now: int) -> Change:
    """Arrears paid: the loan earns again from `now` (rule C2)."""
    _require(loan, Status.CALLED, Status.AUCTIONED)
    paid = _pay(loan, amount, now) if amount else loan
    if paid.status == Status.REPAID:
        return _change(loan, paid, cash=amount)
    again = loan.cures > 0 and now - loan.first_cure_at < YEAR_S
    cured = replace(
        paid,
        status=Status.OPEN,
        last_accrual=now,
        impaired=0,
        call_reason=CallReason.HEALTH,
        window_spent=False,
        cures=loan.cures + 1 if again else 1,
        first_cure_at=loan.first_cure_at if again else now,
    )
    return _change(loan, cured, cash=amount)


def apply_auction(loan: LoanState) -> Change:
    """The cure window has passed; the debt stays frozen."""
    _require(loan, Status.CALLED)
    return _change(loan, replace(loan, status=Status.AUCTIONED))


def apply_sale(loan: LoanState, *, proceeds: int, now: int) -> tuple[LoanState, LaneSums, int, int]:
    """Proceeds pay the debt first; return also (to the debt, surplus), ledger units."""
    _require(loan, Status.AUCTIONED)
    to_debt = min(proceeds, loan.debt_up(now))
    surplus = proceeds - to_debt
    paid = _pay(loan, to_debt, now)
    # What was sold no longer carries anything.
    carried = min(max(0, loan.impaired - to_debt), paid.debt_up(now))
    sold, change = _change(loan, replace(paid, impaired=carried), cash=proceeds, owed=surplus)
    return sold, change, to_debt, surplus


def apply_write_off(loan: LoanState) -> tuple[LoanState, LaneSums, int]:
    """The last lot is sold and debt is left: return also the loss, ledger units."""
    _require(loan, Status.AUCTIONED)
    loss = loan.principal + ceil_div(loan.accrued_scaled, SCALE)
    gone = replace(loan, principal=0, accrued_scaled=0, impaired=0, status=Status.WRITTEN_OFF)
    written_off, change = _change(loan, gone)
    return written_off, change, loss


def apply_close(loan: LoanState) -> Change:
    """The collateral goes back to its recorded owner (rule D9)."""
    _require(loan, Status.REPAID)
    return _change(loan, replace(loan, status=Status.CLOSED))


def cure_until(loan: LoanState, *, stopped: int) -> int:
    """Return when the cure window of a called loan ends, unix seconds (rules C2, C5)."""
    window = 0 if loan.window_spent else loan.cure_window
    standing = stopped - loan.stopped_at_call if loan.call_reason.needs_oracle else 0
    return loan.called_at + window + standing


def sellable_from(loan: LoanState, *, stopped: int, holds_lrt: bool) -> int:
    """Return when a called loan's first lot may be sold, unix seconds: restaking tokens that broke
    their price band at once, all else after the cure window (rule V6).
    """
    if loan.call_reason == CallReason.BAND and holds_lrt:
        return loan.called_at
    return cure_until(loan, stopped=stopped)
