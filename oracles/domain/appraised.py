"""Value of a physical thing from what sources say of its price.

The lower bound lies below the central value by the error of the median, widened by what stale
sources were marked down, and never above what a forced sale brings.

Ages count from the newest observation, not from the round: with no new evidence the estimate
stays as it is, so that the passing of time alone never makes a loan callable (rule V2).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from oracles.domain.observations import PRICES, Observation
from oracles.domain.parameters import (
    DERIVED,
    KIND_WEIGHTS,
    MIN_SOURCES,
    OUTLIER_DEVIATIONS,
    OUTLIER_MIN_SOURCES,
    ClassModel,
)
from oracles.domain.quantities import BPS, MONTH_S, ObservationKind, ceil_div
from oracles.domain.statistics import (
    deviation_up,
    standard_error_up,
    weighted_median_down,
    without_outliers,
)


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One source's price brought to the date of the newest, with the weight that it has.

    ``markdown`` is what its age took from the price. A derived price is no independent voice.
    """

    source: str
    price: int
    weight: int
    markdown: int = 0
    derived: bool = False


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A central value with its lower bound, ledger units, and what stands behind it."""

    value: int
    lower: int
    observed_at: int
    sources: int
    disputed: bool = False


def newest_by_source(observations: Sequence[Observation]) -> list[Observation]:
    """Return one observation of each source, the newest; of equally new ones the lowest."""
    ordered = sorted(
        observations, key=lambda one: (one.source, -one.observed_at, one.amount, one.kind)
    )
    chosen: dict[str, Observation] = {}
    for observation in ordered:
        chosen.setdefault(observation.source, observation)
    return list(chosen.values())


def marked_down(price: int, *, age_s: int, model: ClassModel) -> int:
    """Return the price after its decay beyond the fresh period, rounded down."""
    stale_s = max(0, age_s - model.fresh_for_s)
    full = BPS * MONTH_S
    return price * max(0, full - model.decay_bps_month * stale_s) // full


def opinions_of(observations: Sequence[Observation], *, model: ClassModel) -> list[Opinion]:
    """Return the opinions that count; a source loses half its weight on the way to its end."""
    prices = newest_by_source([one for one in observations if one.kind in PRICES])
    newest = max((one.observed_at for one in prices), default=0)
    opinions = []
    for one in prices:
        age_s = newest - one.observed_at
        price = marked_down(one.amount, age_s=age_s, model=model)
        if age_s <= model.max_age_s and price > 0:
            weight = KIND_WEIGHTS[one.kind] * _freshness(age_s, model)
            opinions.append(
                Opinion(
                    source=one.source,
                    price=price,
                    weight=weight,
                    markdown=one.amount - price,
                    derived=one.kind in DERIVED,
                )
            )
    return opinions


def _freshness(age_s: int, model: ClassModel) -> int:
    """Return the weight of an age in whole months, so that an hour never decides a tie."""
    return 2 * (model.max_age_s // MONTH_S) - age_s // MONTH_S


def kept(opinions: list[Opinion]) -> list[Opinion]:
    """Return the opinions without outliers, where there are enough to tell which these are."""
    if len(opinions) < OUTLIER_MIN_SOURCES:
        return opinions
    prices = [one.price for one in opinions]
    centre = weighted_median_down([(one.price, one.weight) for one in opinions])
    deviation = deviation_up(prices, centre=centre)
    within = without_outliers(prices, centre=centre, deviation=deviation, times=OUTLIER_DEVIATIONS)
    return [one for one, inside in zip(opinions, within, strict=True) if inside]


def lower_bound_down(
    value: int, *, deviation: int, sources: int, model: ClassModel, widening: int = 0
) -> int:
    """Return the central value less its haircut, which is rounded up.

    The haircut is the standard error, at least the class's floor (more where fewer than
    ``MIN_SOURCES`` speak), plus the widening for staleness, and at most the class's ceiling.
    """
    floor_bps = model.floor_haircut_bps if sources >= MIN_SOURCES else model.thin_haircut_bps
    error = standard_error_up(deviation=deviation, count=max(sources, 1))
    least = ceil_div(value * floor_bps, BPS)
    most = ceil_div(value * model.ceiling_haircut_bps, BPS)
    return value - min(max(error, least) + widening, most)


def widening_up(opinions: Sequence[Opinion]) -> int:
    """Return the weighted mean of what age took from the prices, rounded up."""
    weight = sum(one.weight for one in opinions)
    return ceil_div(sum(one.weight * one.markdown for one in opinions), weight)


def forced_sale_down(observations: Sequence[Observation], value: int, *, model: ClassModel) -> int:
    """Return what a forced sale is expected to bring net of fees, rounded down.

    It starts from the middle of the observed forced-sale prices (auction results, low estimates)
    where they lie below the central value, else from the class's share of that value.
    """
    forced = newest_by_source(
        [one for one in observations if one.kind == ObservationKind.FORCED_SALE]
    )
    newest = max((one.observed_at for one in forced), default=0)
    fresh = [
        (marked_down(one.amount, age_s=newest - one.observed_at, model=model), 1)
        for one in forced
        if newest - one.observed_at <= model.max_age_s
    ]
    base = (
        min(value, weighted_median_down(fresh)) if fresh else value * model.forced_sale_bps // BPS
    )
    return base * model.sale_probability_bps * (BPS - model.sale_fees_bps) // (BPS * BPS)


def capped(estimate: Estimate | None, observations: Sequence[Observation]) -> Estimate | None:
    """Return the estimate, no higher than any cap that two people set (the newest of each desk)."""
    caps = newest_by_source([one for one in observations if one.kind == ObservationKind.CAP])
    if estimate is None or not caps:
        return estimate
    cap = min(one.amount for one in caps)
    return replace(estimate, value=min(estimate.value, cap), lower=min(estimate.lower, cap))


def appraise(observations: Sequence[Observation], *, model: ClassModel) -> Estimate | None:
    """Return the weighted median of the sources with its lower bound, or None without prices."""
    opinions = kept(opinions_of(observations, model=model))
    if not opinions:
        return None
    value = weighted_median_down([(one.price, one.weight) for one in opinions])
    deviation = deviation_up([one.price for one in opinions], centre=value)
    independent = {one.source for one in opinions if not one.derived}
    named = {one.source for one in opinions}
    bound = lower_bound_down(
        value,
        deviation=deviation,
        sources=len(independent),
        model=model,
        widening=widening_up(opinions),
    )
    return Estimate(
        value=value,
        lower=min(bound, forced_sale_down(observations, value, model=model)),
        observed_at=max(
            one.observed_at for one in observations if one.kind in PRICES and one.source in named
        ),
        sources=len(opinions),
        disputed=deviation * BPS > value * model.max_dispersion_bps,
    )
