"""Value of a device from its rent: discounted net income, never above what the hardware fetches."""

from collections.abc import Sequence
from functools import cache

from oracles.domain.appraised import (
    Estimate,
    appraise,
    lower_bound_down,
    marked_down,
    newest_by_source,
)
from oracles.domain.observations import Observation
from oracles.domain.parameters import ClassModel, IncomeTerms
from oracles.domain.quantities import BPS, HOURS_PER_MONTH, ObservationKind, Unit
from oracles.domain.statistics import deviation_up, weighted_median_down

_RAY = 10**27


@cache
def annuity_ray_down(terms: IncomeTerms) -> int:
    """Return the months of today's income that the horizon is worth, times 10^27, rounded down.

    Month t counts ``((1 − decline) / (1 + discount))^t``.
    """
    factor, total = _RAY, 0
    for _ in range(terms.horizon_months):
        factor = factor * (BPS - terms.decline_bps_month) // (BPS + terms.discount_bps_month)
        total += factor
    return total


def net_monthly_down(observation: Observation, *, terms: IncomeTerms) -> int:
    """Return net income per month in ledger units, rounded down.

    A list rent per hour is cut to the share of hours let and by costs; income per month is
    attested net.
    """
    if observation.unit == Unit.USD_PER_MONTH:
        return observation.amount
    gross = observation.amount * HOURS_PER_MONTH * terms.utilisation_bps
    return gross * (BPS - terms.costs_bps) // (BPS * BPS)


def present_value_down(monthly: int, *, terms: IncomeTerms) -> int:
    """Return the present value of the income over the horizon, rounded down."""
    return monthly * annuity_ray_down(terms) // _RAY


def capitalise(observations: Sequence[Observation], *, model: ClassModel) -> Estimate | None:
    """Return the value of the attested income alone, or None without any."""
    terms = model.income
    rents = newest_by_source(
        [one for one in observations if one.kind == ObservationKind.RENTAL_INCOME]
    )
    if terms is None or not rents:
        return None
    newest = max(one.observed_at for one in rents)
    fresh = [one for one in rents if newest - one.observed_at <= model.max_age_s]
    values = [
        present_value_down(
            marked_down(
                net_monthly_down(one, terms=terms), age_s=newest - one.observed_at, model=model
            ),
            terms=terms,
        )
        for one in fresh
    ]
    value = weighted_median_down([(one, 1) for one in values])
    if value == 0:
        return None
    deviation = deviation_up(values, centre=value)
    return Estimate(
        value=value,
        lower=lower_bound_down(value, deviation=deviation, sources=len(values), model=model),
        observed_at=newest,
        sources=len(values),
        disputed=deviation * BPS > value * model.max_dispersion_bps,
    )


def value_by_income(observations: Sequence[Observation], *, model: ClassModel) -> Estimate | None:
    """Return the lower of income value and hardware value where both are known, else the one."""
    income = capitalise(observations, model=model)
    hardware = appraise(observations, model=model)
    if income is None or hardware is None:
        return income or hardware
    return Estimate(
        value=min(income.value, hardware.value),
        lower=min(income.lower, hardware.lower),
        observed_at=max(income.observed_at, hardware.observed_at),
        sources=income.sources + hardware.sources,
        disputed=income.disputed or hardware.disputed,
    )
