"""One loan on its way through a stress run, by the rules of lending and nothing else."""

from dataclasses import dataclass, field, replace

from lending.domain import health, loans
from lending.domain.auction import PricePath, floor_price, lrt_lot, start_price
from lending.domain.health import Item, Pair
from lending.domain.lanes import LaneSums
from lending.domain.loans import CallReason, LoanState, Status, cure_until
from lending.domain.pauses import NO_PAUSES
from lending.domain.stress.book import StressLoan, Thing
from lending.domain.stress.paths import ONE
from lending.domain.stress.values import Values
from lending.domain.units import BPS, LRT_UNIT

_SPREAD = 7_919


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What people do: shares in basis points.

    ``bid_bps`` of market value is the best bid at an auction; ``cures_bps`` of called borrowers
    pay their loan down to its opening LTV half-way through the cure window; ``defaults_bps`` of
    all borrowers never pay an instalment.
    """

    bid_bps: int
    cures_bps: int = 0
    defaults_bps: int = 0
    void_window_s: int = 18_000


@dataclass(kw_only=True)
class Tally:
    """Counts, and sums in ledger units, over all loans."""

    calls: int = 0
    cures: int = 0
    liquidations: int = 0
    lots_sold: int = 0
    lots_to_reserve: int = 0
    proceeds: int = 0
    recovered: int = 0
    surplus: int = 0
    written_off: int = 0
    reserve_paid: int = 0
    reserve_worth: int = 0


@dataclass(kw_only=True)
class Position:
    """A loan as it stands, what it still holds, and when its present lot went up for sale."""

    name: str
    state: LoanState
    things: list[Thing]
    number: int = 0
    lot_started: int = 0
    change: LaneSums = field(default_factory=LaneSums)

    @classmethod
    def of(cls, loan: StressLoan, number: int) -> "Position":
        """Return a loan's position at the start."""
        return cls(name=loan.name, state=loan.state, things=list(loan.things), number=number)

    def live(
        self, now: int, step_s: int, values: Values, behaviour: Behaviour, tally: Tally
    ) -> LaneSums:
        """Do what is due at this round and return what it changes in the lane."""
        self.change = LaneSums()
        if self.state.status == Status.OPEN:
            self._pay(now, behaviour)
        if self.state.status == Status.OPEN:
            self._call(now, step_s, values, behaviour, tally)
        if self.state.status == Status.CALLED:
            self._cure_or_sell(now, values, behaviour, tally)
        while self.state.status == Status.AUCTIONED and self._sell(now, values, behaviour, tally):
            pass
        return self.change

    def _apply(self, changed: loans.Change) -> None:
        self.state, change = changed
        self.change = self.change.plus(change)

    def _is_among(self, share_bps: int) -> bool:
        """Return whether this borrower is one of a share: the same ones in every run."""
        return (self.number + 1) * _SPREAD % BPS < share_bps

    def _pay(self, now: int, behaviour: Behaviour) -> None:
        if self._is_among(behaviour.defaults_bps):
            return
        due = self.state.plan().due_now(debt=self.state.debt_up(now), now=now)
        if due > 0:
            self._apply(loans.apply_repay(self.state, amount=due, now=now))

    def _values(self, values: Values, *, both: bool) -> list[tuple[Item, int]]:
        counted = []
        for thing in self.things:
            worth = health.calling_value(thing.item, _pair(thing, values, both=both))
            counted.append((thing.item, worth or 0))
        return counted

    def _call(
        self, now: int, step_s: int, values: Values, behaviour: Behaviour, tally: Tally
    ) -> None:
        breached = any(values.off_band(thing) for thing in self.things)
        counted = self._values(values, both=not breached)
        unconfirmed = step_s < behaviour.void_window_s and any(
            thing.item.lrt_amount is None
            and health.moved_too_far(
                _pair(thing, values, both=True), move_limit_bps=thing.item.terms.move_limit_bps
            )
            for thing in self.things
        )
        healthy = self.state.debt_up(now) <= health.liquidation_limit(counted)
        overdue = self.state.is_overdue(now, pauses=NO_PAUSES)
        if (unconfirmed or healthy) and not overdue:
            return
        if breached and not healthy:
            # A restaking token off its band is callable on one round, without a cure window (V6).
            self.state = replace(self.state, cure_window=0)
        newest = self._values(values, both=False)
        recovery = health.recovery_value(newest)
        reason = CallReason.OVERDUE if overdue else CallReason.HEALTH
        self._apply(
            loans.apply_call(self.state, reason=reason, recovery=recovery, now=now, stopped=0)
        )
        tally.calls += 1

    def _cure_or_sell(self, now: int, values: Values, behaviour: Behaviour, tally: Tally) -> None:
        until = cure_until(self.state, stopped=0)
        half_way = self.state.called_at + (until - self.state.called_at) // 2
        pays = not self._is_among(behaviour.defaults_bps)
        if (
            pays
            and self._is_among(behaviour.cures_bps + behaviour.defaults_bps)
            and half_way <= now < until
        ):
            limit = health.cure_limit(self._values(values, both=False))
            amount = max(0, self.state.debt_up(now) - limit)
            self._apply(loans.apply_cure(self.state, amount=amount, now=now))
            tally.cures += 1
        elif now >= until:
            self._apply(loans.apply_auction(self.state))
            self.lot_started = now
            tally.liquidations += 1

    def _sell(self, now: int, values: Values, behaviour: Behaviour, tally: Tally) -> bool:
        """Sell the present lot if a bid or the floor has been met by now; tell whether it was."""
        thing = self.things[0]
        newest = thing.lower * values.newest[values.column(thing)] // ONE
        # Prices of restaking tokens are of 10^18 base units, whatever is pledged.
        tokens = thing.item.lrt_amount is not None
        lower = newest if tokens else thing.item.value(newest)
        terms = thing.item.terms
        path = PricePath(
            start_price=start_price(value=lower, auction_start_bps=terms.auction_start_bps),
            floor_price=floor_price(value=lower, recovery_bps=terms.recovery_bps),
            duration=terms.auction_duration,
        )
        worth = thing.value * values.market[values.column(thing)] // ONE
        bid = worth * behaviour.bid_bps // BPS
        to_reserve = bid < path.floor_price
        price = path.floor_price if to_reserve else min(path.start_price, bid)
        sold_at = self.lot_started + _elapsed_to(path, price)
        if sold_at > now:
            return False
        cash = price
        if thing.item.lrt_amount is not None:
            debt = self.state.debt_up(now)
            sold, cash = lrt_lot(lrt_amount=thing.item.lrt_amount, debt=debt, price=price)
            worth = worth * sold // LRT_UNIT
        self._book_sale(cash, now, tally)
        if to_reserve:
            tally.lots_to_reserve += 1
            tally.reserve_paid += cash
            tally.reserve_worth += worth
        self.things.pop(0)
        self.lot_started = sold_at
        self._end_if_done(tally)
        return bool(self.things)

    def _book_sale(self, cash: int, now: int, tally: Tally) -> None:
        self.state, change, to_debt, surplus = loans.apply_sale(self.state, proceeds=cash, now=now)
        # The borrower's surplus leaves the lane.
        self.change = self.change.plus(change).plus(LaneSums(cash=-surplus, owed=-surplus))
        tally.lots_sold += 1
        tally.proceeds += cash
        tally.recovered += to_debt
        tally.surplus += surplus

    def _end_if_done(self, tally: Tally) -> None:
        if self.state.status == Status.REPAID:
            self.things.clear()
        elif not self.things:
            self.state, change, loss = loans.apply_write_off(self.state)
            self.change = self.change.plus(change)
            tally.written_off += loss


def _pair(thing: Thing, values: Values, *, both: bool) -> Pair:
    """Return a thing's bounds in the last two rounds, or in the newest alone."""
    key = values.column(thing)
    previous = thing.lower * values.previous[key] // ONE if both else None
    return Pair(newest=thing.lower * values.newest[key] // ONE, previous=previous)


def _elapsed_to(path: PricePath, price: int) -> int:
    """Return the seconds until the falling price has come down to ``price``, rounded up."""
    fall = path.start_price - path.floor_price
    if fall <= 0:
        return 0
    return -(-(path.start_price - price) * path.duration // fall)
