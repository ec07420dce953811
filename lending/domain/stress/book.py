"""The loans of a stress run and what secures them, as they stand at its start."""

from collections.abc import Sequence
from dataclasses import dataclass

from lending.domain.health import Item, Terms, borrowing_limit
from lending.domain.loans import LoanState
from lending.domain.schedule import ScheduleKind

MONTH_S = 30 * 86_400
_INSTALMENTS = 60
# Beyond which rates rise: a pool in a boom is well lent.
UTILISATION_BPS = 8_000
_BPS = 10_000


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A pledged thing with its values at the start, ledger units (of a token for 10^18).

    ``value`` is what a buyer would pay in good times, ``lower`` the oracle's bound. ``region``
    chooses its column of the paths.
    """

    item: Item
    class_code: str
    value: int
    lower: int
    region: str | None = None


@dataclass(frozen=True, kw_only=True)
class StressLoan:
    """A loan with its things, restaking tokens first as they are sold (rule C3)."""

    name: str
    state: LoanState
    things: tuple[Thing, ...]


@dataclass(frozen=True, kw_only=True)
class Book:
    """All loans, and the moment at which the run starts, unix seconds."""

    loans: Sequence[StressLoan]
    now: int


def new_loan(*, name: str, things: Sequence[Thing], now: int, draw_bps: int) -> StressLoan | None:
    """Return a loan drawn at ``now`` to a share of what the things allow, or None of nothing.

    It lives by the shortest and strictest of its classes' terms.
    """
    limit = borrowing_limit([(one.item, one.lower) for one in things], now=now)
    principal = limit * draw_bps // _BPS
    if principal <= 0:
        return None
    terms = [one.item.terms for one in things]
    amortising = any(one.must_amortise for one in terms)
    state = LoanState(
        principal=principal,
        rate_bps=max(one.rate_bps(UTILISATION_BPS) for one in terms),
        last_accrual=now,
        base_principal=principal,
        schedule=ScheduleKind.AMORTISING if amortising else ScheduleKind.INTEREST_ONLY,
        instalments=_instalments(terms),
        interval=MONTH_S,
        opened_at=now,
        grace_period=min(one.grace_period for one in terms),
        cure_window=min(one.cure_window for one in terms),
        late_fee_bps=max(one.late_fee_bps for one in terms),
    )
    ordered = sorted(things, key=lambda one: one.item.lrt_amount is None)
    return StressLoan(name=name, state=state, things=tuple(ordered))


def _instalments(terms: Sequence[Terms]) -> int:
    return max(1, min(_INSTALMENTS, *(one.max_tenor // MONTH_S for one in terms)))
