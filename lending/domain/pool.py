"""The pool that lenders fund: NAV, waterfall and shares (rules P1 to P3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from lending.domain.lanes import LaneSums
from lending.domain.units import BPS, SCALE


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """What a close leaves each tranche, ledger units, and the losses it took from them."""

    senior: int
    junior: int
    senior_loss: int
    junior_loss: int


def nav(*, cash: int, lanes: Iterable[LaneSums], now: int) -> int:
    """Return the pool's worth at `now`, ledger units, rounded down once at the end (P3)."""
    return cash + sum(lane.worth_scaled(now) for lane in lanes) // SCALE


def utilisation_bps(*, nav: int, idle: int) -> int:
    """Return the share of NAV that is lent, rounded down."""
    return 0 if nav <= 0 else max(0, min(nav - idle, nav)) * BPS // nav


def waterfall(
    *, nav: int, senior: int, junior: int, senior_rate_bps: int, seconds: int
) -> Waterfall:
    """Run the waterfall: senior earns its fixed rate, junior the rest; losses junior first (P2)."""
    due = senior + senior * senior_rate_bps * seconds // SCALE
    new_senior = min(nav, due)
    new_junior = nav - new_senior
    return Waterfall(
        senior=new_senior,
        junior=new_junior,
        senior_loss=max(0, senior - new_senior),
        junior_loss=max(0, junior - new_junior),
    )


def shares_for(*, assets: int, value: int, shares: int) -> int:
    """Return the shares that a deposit buys, rounded down for those already in."""
    return assets if shares == 0 or value == 0 else assets * shares // value


def assets_for(*, shares_in: int, value: int, shares: int) -> int:
    """Return what shares are worth, ledger units, rounded down for those who stay."""
    return 0 if shares == 0 else shares_in * value // shares
