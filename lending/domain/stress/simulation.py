"""Rounds, calls, cure windows, auctions and the waterfall, one round after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lending.domain import pool
from lending.domain.lanes import LaneSums
from lending.domain.loans import Status
from lending.domain.stress.book import Book
from lending.domain.stress.paths import Paths
from lending.domain.stress.position import Behaviour, Position, Tally
from lending.domain.stress.values import at_start
from lending.domain.units import BPS

__all__ = ["Behaviour", "Moment", "Outcome", "PoolTerms", "run"]


@dataclass(frozen=True, kw_only=True)
class PoolTerms:
    """How the pool is funded: shares of NAV, and the senior rate a year, basis points."""

    senior_rate_bps: int
    subordination_bps: int
    buffer_bps: int


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The pool after a round: seconds since the start, ledger units, counts so far."""

    at: int
    debt: int
    senior: int
    junior: int
    calls: int
    liquidations: int
    written_off: int


@dataclass(kw_only=True)
class Outcome:
    """What came of a run; ledger units. Losses are of what was written off, junior first."""

    loans: int
    debt: int
    tally: Tally
    junior_loss: int = 0
    senior_loss: int = 0
    moments: list[Moment] = field(default_factory=list)

    @property
    def recovery_bps(self) -> int | None:
        """What lenders got back of the debts that were sold up, or None where none were."""
        sold_up = self.tally.recovered + self.tally.written_off
        return self.tally.recovered * BPS // sold_up if sold_up else None


def run(
    *, book: Book, paths: Paths, step_s: int, behaviour: Behaviour, terms: PoolTerms
) -> Outcome:
    """Drive the book through the paths with a round every ``step_s`` seconds.

    After the paths end, rounds go on at the last prices until every called loan is sold up.
    """
    tally = Tally()
    positions = [Position.of(loan, place) for place, loan in enumerate(book.loans)]
    values = at_start(paths, list(book.loans))
    debt = sum(one.state.debt_up(book.now) for one in positions)
    lane = _opening_lane(positions, debt, terms)
    tranches = _opening_tranches(lane, book.now, terms)
    outcome = Outcome(loans=len(positions), debt=debt, tally=tally)
    for at in _rounds(paths, step_s, positions):
        now = book.now + at
        values.hold_round(at=at, elapsed_s=step_s)
        for position in positions:
            lane = lane.plus(position.live(now, step_s, values, behaviour, tally))
        tranches = _close(tranches, lane, positions, now=now, step_s=step_s, terms=terms)
        outcome.moments.append(_moment(at, now, positions, tranches, tally))
    outcome.senior_loss = max(0, min(tranches.senior_due - tranches.senior, tally.written_off))
    outcome.junior_loss = tally.written_off - outcome.senior_loss
    return outcome


def _close(
    tranches: pool.Tranches,
    lane: LaneSums,
    positions: list[Position],
    *,
    now: int,
    step_s: int,
    terms: PoolTerms,
) -> pool.Tranches:
    """Run the waterfall. Senior earns on what is lent: lenders take back what lies idle."""
    worth = pool.nav(cash=0, lanes=[lane], now=now)
    lent = sum(one.state.debt_up(now) for one in positions)
    used_bps = pool.utilisation_bps(nav=worth, lent=lent)
    closed = pool.waterfall(
        before=tranches,
        nav=worth,
        senior_rate_bps=terms.senior_rate_bps * used_bps // BPS,
        seconds=step_s,
    )
    return closed.tranches


def _opening_lane(positions: list[Position], debt: int, terms: PoolTerms) -> LaneSums:
    lane = LaneSums(cash=debt * terms.buffer_bps // BPS)
    for one in positions:
        part = one.state.lane_part()
        lane = lane.plus(LaneSums(a=part.a, b=part.b, impaired=one.state.impaired))
    return lane


def _opening_tranches(lane: LaneSums, now: int, terms: PoolTerms) -> pool.Tranches:
    worth = pool.nav(cash=0, lanes=[lane], now=now)
    junior = worth * terms.subordination_bps // BPS
    senior = worth - junior
    return pool.Tranches(senior=senior, junior=junior, senior_due=senior)


_UNDER_WAY = (Status.CALLED, Status.AUCTIONED)
_MOST_EXTRA_S = 2 * 365 * 86_400


def _rounds(paths: Paths, step_s: int, positions: list[Position]) -> Iterator[int]:
    """Yield the moments of rounds, until the paths end and every loan under way has too."""
    for at in range(0, paths.duration_s + _MOST_EXTRA_S, step_s):
        busy = _UNDER_WAY if at > paths.duration_s else (Status.OPEN, *_UNDER_WAY)
        if not any(one.state.status in busy for one in positions):
            return
        yield at


def _moment(
    at: int, now: int, positions: list[Position], tranches: pool.Tranches, tally: Tally
) -> Moment:
    return Moment(
        at=at,
        debt=sum(one.state.debt_up(now) for one in positions),
        senior=tranches.senior,
        junior=tranches.junior,
        calls=tally.calls,
        liquidations=tally.liquidations,
        written_off=tally.written_off,
    )
