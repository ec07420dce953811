"""Bringing values in other currencies to US dollars, by the rates of their own day."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

from oracles.domain.errors import ObservationRefused
from oracles.domain.observations import Observation
from oracles.domain.quantities import (
    BASE_DECIMALS,
    DAY_S,
    MONEY,
    ObservationKind,
    Unit,
)
from oracles.domain.statistics import weighted_median_down
from oracles.models import Observation as Said
from oracles.models import Verdict

DOLLAR = "USD"
_ONE = 10 ** BASE_DECIMALS[Unit.USD_PER_ONE]
# A rate older than this, seen from the observation, says too little.
RATE_VALID_S = 7 * DAY_S
_MAX_TIME = 2**62


class Rates:
    """The rates of some currencies around some moments, read in one query."""

    def __init__(self, *, currencies: Collection[str], times: Collection[int]) -> None:
        self._by_source: dict[str, dict[int, tuple[list[int], list[int]]]] = defaultdict(
            lambda: defaultdict(lambda: ([], []))
        )
        moments = [one for one in times if 0 < one < _MAX_TIME]
        wanted = set(currencies) - {DOLLAR}
        if not wanted or not moments:
            return
        found = Said.objects.filter(
            token__in=wanted,
            kind=ObservationKind.EXCHANGE_RATE,
            verdict=Verdict.ACCEPTED,
            source__active=True,
            observed_at__lte=max(moments),
            observed_at__gt=min(moments) - RATE_VALID_S,
        ).order_by("observed_at")
        for currency, source, at, amount in found.values_list(
            "token", "source_id", "observed_at", "amount"
        ):
            whens, amounts = self._by_source[currency][source]
            whens.append(at)
            amounts.append(int(amount))

    def in_dollars(self, said: Observation, currency: str) -> Observation:
        """Return an observation with its value in US dollars, rounded down.

        The rate is the median (of two middle ones the lower) of what each source last said at or
        before the observation, within a week of it. Later rates do not move it: no value changes
        without a new observation.
        """
        if currency == DOLLAR:
            return said
        if said.unit not in MONEY:
            raise ObservationRefused(
                "CURRENCY_MISMATCH",
                f"{said.unit} is no money; leave the currency {currency[:8]!r} out.",
            )
        rates = self._newest(currency, said.observed_at)
        if not rates:
            raise ObservationRefused(
                "NO_EXCHANGE_RATE",
                f"There is no rate of {currency[:8]!r} to the dollar within a week before "
                f"{said.observed_at}. Record one, or report in US dollars.",
            )
        rate = weighted_median_down([(one, 1) for one in rates])
        return replace(said, value=said.amount * rate // _ONE, scale=BASE_DECIMALS[said.unit])

    def _newest(self, currency: str, moment: int) -> list[int]:
        """Return each source's newest rate that is not too old."""
        found = []
        for whens, amounts in self._by_source.get(currency, {}).values():
            place = bisect_right(whens, moment) - 1
            if place >= 0 and whens[place] > moment - RATE_VALID_S:
                found.append(amounts[place])
        return found
