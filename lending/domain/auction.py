"""The falling price of a lot (rules C3, C4). Parameters are frozen at the start."""

from dataclasses import dataclass, replace

from lending.domain.units import BPS, LRT_UNIT, ceil_div


@dataclass(frozen=True, kw_only=True)
class PricePath:
    """From start to floor on a straight line over `duration` seconds.

    Prices in ledger units; for restaking tokens they are of 10^18 base units.
    """

    start_price: int
    floor_price: int
    duration: int

    def price(self, elapsed: int) -> int:
        """Return the price after `elapsed` seconds; the fall is rounded down, so dear."""
        fallen = min(max(elapsed, 0), self.duration)
        drop = (self.start_price - self.floor_price) * fallen // self.duration
        return self.start_price - drop

    def at_floor(self, elapsed: int) -> bool:
        """Return whether the fall has ended, so that the reserve may take the lot."""
        return elapsed >= self.duration

    def points(self, count: int) -> list[tuple[int, int]]:
        """Return `count` + 1 points (seconds since the start, price) for a drawing."""
        steps = [self.duration * index // count for index in range(count + 1)]
        return [(elapsed, self.price(elapsed)) for elapsed in steps]


def start_price(*, value: int, auction_start_bps: int) -> int:
    """Return the price at which a lot of this calling value starts, rounded up."""
    return ceil_div(value * auction_start_bps, BPS)


def lot_worth(*, start: int, lrt_amount: int | None) -> int:
    """Return what a lot asks for at its start: what it counts for in its lane (rule L4)."""
    return start if lrt_amount is None else start * lrt_amount // LRT_UNIT


@dataclass(frozen=True, kw_only=True)
class LaneLots:
    """Lots open in a lane, what they were worth at their start, and what they may be worth."""

    lots: int = 0
    value: int = 0
    allowance: int = 0

    def admits(self, worth: int) -> bool:
        """Return whether a loan's first lot may open: the allowance never stops the only one."""
        return not self.lots or worth <= max(0, self.allowance - self.value)

    def begun(self, worth: int) -> "LaneLots":
        """Return the lots with one more."""
        return replace(self, lots=self.lots + 1, value=self.value + worth)


def floor_price(*, value: int, recovery_bps: int) -> int:
    """Return the price of the reserve's standing bid, rounded down."""
    return value * recovery_bps // BPS


def elapsed_s(
    *, started_at: int, stopped_at_start: int, stopped: int, silent: bool, now: int
) -> int:
    """Return the seconds of fall: a clock that needs the oracle stands still without it (C5)."""
    standing = 0 if silent else stopped - stopped_at_start
    return now - started_at - standing


def lrt_lot(*, lrt_amount: int, debt: int, price: int) -> tuple[int, int]:
    """Return (tokens sold, cash due) of the LRT lot: only as much as the debt needs."""
    sold = min(lrt_amount, ceil_div(debt * LRT_UNIT, price)) if price else lrt_amount
    return sold, ceil_div(price * sold, LRT_UNIT)
