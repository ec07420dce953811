"""Bringing values in other currencies to US dollars, by the rate of their own day."""

from dataclasses import replace

from oracles.domain.errors import ObservationRefused
from oracles.domain.observations import Observation
from oracles.domain.quantities import BASE_DECIMALS, DAY_S, Unit
from oracles.models import ExchangeRate

DOLLAR = "USD"
_ONE_E6 = 1_000_000
# A rate older than this, seen from the observation, says too little.
RATE_VALID_S = 7 * DAY_S
_MONEY = frozenset({Unit.USD, Unit.USD_PER_HOUR, Unit.USD_PER_MONTH})


def in_dollars(said: Observation, currency: str) -> Observation:
    """Return an observation with its value in US dollars, rounded down.

    The rate is the lowest that any source gives for the last moment at or before the observation,
    within a week of it. Later rates do not move it: no value changes without a new observation.
    """
    if currency == DOLLAR:
        return said
    if said.unit not in _MONEY:
        raise ObservationRefused(
            "CURRENCY_MISMATCH", f"{said.unit} is no money; leave the currency {currency!r} out."
        )
    rate = (
        ExchangeRate.objects.filter(
            currency=currency,
            source__active=True,
            observed_at__lte=said.observed_at,
            observed_at__gt=said.observed_at - RATE_VALID_S,
        )
        .order_by("-observed_at", "usd_units")
        .values_list("usd_units", flat=True)
        .first()
    )
    if rate is None:
        raise ObservationRefused(
            "NO_EXCHANGE_RATE",
            f"There is no rate of {currency[:8]!r} to the dollar within a week before "
            f"{said.observed_at}. Record one, or report in US dollars.",
        )
    return replace(said, value=said.amount * rate // _ONE_E6, scale=BASE_DECIMALS[said.unit])
