"""What collateral counts for: drawing, calling, and the words for the distance between them.

Values are ledger units; for restaking tokens a value is of 10^18 base units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lending.domain.units import BPS, LRT_UNIT, ceil_div

LTV_RAMP_S = 30 * 86_400
FULL_FRESHNESS_BPS = 10_000
LEAST_FRESHNESS_BPS = 5_000


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The risk terms of one class that lending uses; bps of value, seconds."""

    class_id: int
    enabled: bool
    must_amortise: bool
    max_ltv_bps: int
    liquidation_ltv_bps: int
    base_rate_bps: int
    rate_slope_bps: int
    move_limit_bps: int
    late_fee_bps: int
    auction_start_bps: int
    recovery_bps: int
    grace_period: int
    cure_window: int
    auction_duration: int
    fresh_for: int
    max_tenor: int

    def rate_bps(self, utilisation_bps: int) -> int:
        """Return the yearly rate at a utilisation, rounded up for the pool (rule D4)."""
        return self.base_rate_bps + ceil_div(self.rate_slope_bps * utilisation_bps, BPS)


def falling_ltv_bps(*, start_bps: int, end_bps: int, changed_at: int, now: int) -> int:
    """Return the liquidation LTV on its way down after a vote; rounded up, for the borrower."""
    left = LTV_RAMP_S - (now - changed_at)
    if start_bps <= end_bps or left <= 0:
        return end_bps
    return end_bps + ceil_div((start_bps - end_bps) * left, LTV_RAMP_S)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One pledged thing: an asset with its attestation, or an amount of restaking tokens."""

    token_id: int
    terms: Terms
    appraisal_cap: int | None = None
    attested_at: int = 0
    valid_until: int = 0
    lrt_amount: int | None = None

    def value(self, lower: int) -> int:
        """Return the worth of a lower bound: at most the appraisal, for tokens by amount."""
        if self.lrt_amount is not None:
            return lower * self.lrt_amount // LRT_UNIT
        return lower if self.appraisal_cap is None else min(lower, self.appraisal_cap)

    def freshness_bps(self, now: int) -> int:
        """Return the share of value that an attestation of this age lets one draw on."""
        if self.lrt_amount is not None:
            return FULL_FRESHNESS_BPS
        return freshness_bps(
            attested_at=self.attested_at,
            valid_until=self.valid_until,
            fresh_for=self.terms.fresh_for,
            now=now,
        )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The lower bounds of one item in the last two rounds; `None` when a round has none."""

    newest: int | None
    previous: int | None = None


def freshness_bps(*, attested_at: int, valid_until: int, fresh_for: int, now: int) -> int:
    """Return full freshness until `fresh_for`, then a straight line to half at expiry, then 0.

    Rounded down, so that nothing lends more than its age gives.
    """
    if now > valid_until:
        return 0
    fresh_until = attested_at + fresh_for
    if now <= fresh_until:
        return FULL_FRESHNESS_BPS
    span = FULL_FRESHNESS_BPS - LEAST_FRESHNESS_BPS
    aged = ceil_div(span * (now - fresh_until), valid_until - fresh_until)
    return FULL_FRESHNESS_BPS - aged


def borrowing_value(item: Item, lower: int, *, now: int) -> int:
    """Return what an item counts for when drawing, rounded down."""
    return item.value(lower) * item.freshness_bps(now) // BPS


def borrowing_limit(items: Iterable[tuple[Item, int]], *, now: int) -> int:
    """Return the most that may be drawn on these items and lower bounds, rounded down."""
    return sum(
        borrowing_value(item, lower, now=now) * item.terms.max_ltv_bps // BPS
        for item, lower in items
    )


def moved_too_far(pair: Pair, *, move_limit_bps: int) -> bool:
    """Return whether two consecutive values differ by more than the class allows (V3)."""
    if pair.newest is None or pair.previous is None:
        return False
    return abs(pair.newest - pair.previous) * BPS > move_limit_bps * pair.previous


def calling_value(item: Item, pair: Pair) -> int | None:
    """Return the higher worth of both rounds (V1), or `None` when the newest gives none."""
    if pair.newest is None:
        return None
    return item.value(max(pair.newest, pair.previous or 0))


def weighted(values: Sequence[tuple[Item, int]], share: str) -> int:
    """Return Σ floor(value · share / 10^4), the share being a field of each item's terms."""
    return sum(value * int(getattr(item.terms, share)) // BPS for item, value in values)


def liquidation_limit(values: Sequence[tuple[Item, int]]) -> int:
    """Return the debt above which these calling values let anyone call the loan."""
    return weighted(values, "liquidation_ltv_bps")


def cure_limit(values: Sequence[tuple[Item, int]]) -> int:
    """Return the debt to which a cure must come down: the opening LTV."""
    return weighted(values, "max_ltv_bps")


def recovery_value(values: Sequence[tuple[Item, int]]) -> int:
    """Return what a called loan is carried at, before the cap of its own debt."""
    return weighted(values, "recovery_bps")


def call_price(*, debt: int, liquidation_ltv_bps: int) -> int:
    """Return the value below which a loan on one asset can be called, rounded up."""
    return ceil_div(debt * BPS, liquidation_ltv_bps)


def distance_bps(*, debt: int, limit: int) -> int:
    """Return how far all values may fall before the loan can be called, rounded down.

    Negative when it can be called already.
    """
    if limit == 0:
        return -BPS if debt else BPS
    return (limit - debt) * BPS // limit
