"""How far sources lie apart: each from the estimates, and the sources of each asset."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from oracles.domain.observations import PRICES
from oracles.domain.parameters import CLASS_MODELS
from oracles.domain.quantities import BPS
from oracles.domain.statistics import deviation_up
from oracles.models import Observation, Valuation, Verdict
from oracles.selectors.rounds import newest_round

# A page looks at so many values of a round at most; of a larger one at the first by row.
MOST_VALUES = 5_000
MOST_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class AssetSpread:
    """The prices that sources newly say of one asset, ledger units; shares in bps of the estimate.

    ``limit_bps`` is the deviation from which its class lends on it no more.
    """

    valuation: Valuation
    lowest: int
    highest: int
    sources: int
    deviation_bps: int
    limit_bps: int

    @property
    def disputed(self) -> bool:
        """Whether the sources disagree too much for anybody to lend on the number."""
        return self.deviation_bps > self.limit_bps


@dataclass(frozen=True, kw_only=True)
class SourceSpread:
    """How far one source usually lies from the estimates, bps: with sign, and without."""

    source: str
    count: int
    bias_bps: int
    distance_bps: int


@dataclass(frozen=True, kw_only=True)
class Dispersion:
    """The newest round's dispersion; ``looked_at`` of ``count`` values were looked at."""

    round: int
    count: int
    looked_at: int
    assets: list[AssetSpread]
    sources: list[SourceSpread]


def dispersion(*, class_id: int | None = None) -> Dispersion | None:
    """Return how far sources lie apart in the newest round, or None before the first."""
    newest = newest_round()
    if newest is None:
        return None
    values = Valuation.objects.filter(round=newest, asset__isnull=False)
    if class_id is not None:
        values = values.filter(class_id=class_id)
    chosen = {
        one.asset_id: one for one in values.select_related("asset").order_by("pk")[:MOST_VALUES]
    }
    said = _said(list(chosen), newest.observed_at)
    spreads = [_spread(chosen[asset], told) for asset, told in said.items()]
    spreads.sort(key=lambda one: (-one.deviation_bps, one.valuation.pk))
    return Dispersion(
        round=newest.number,
        count=values.count(),
        looked_at=len(chosen),
        assets=spreads[:MOST_SHOWN],
        sources=_by_source(chosen, said),
    )


def _said(asset_ids: Sequence[int], until: int) -> dict[int, list[tuple[str, int]]]:
    """Return (source, amount) of what each source newly says of each asset's price."""
    series = ("asset_id", "source_id")
    found = (
        Observation.objects.filter(
            asset__in=asset_ids,
            kind__in=list(PRICES),
            verdict=Verdict.ACCEPTED,
            source__active=True,
            observed_at__lte=until,
        )
        .order_by(*series, "-observed_at", "amount")
        .distinct(*series)
    )
    said: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for asset, source, amount in found.values_list("asset_id", "source__name", "amount"):
        said[asset].append((source, int(amount)))
    return said


def _spread(valuation: Valuation, told: Sequence[tuple[str, int]]) -> AssetSpread:
    amounts = [amount for _, amount in told]
    centre = valuation.target_value_units
    return AssetSpread(
        valuation=valuation,
        lowest=min(amounts),
        highest=max(amounts),
        sources=len(amounts),
        deviation_bps=deviation_up(amounts, centre=centre) * BPS // centre,
        limit_bps=CLASS_MODELS[valuation.class_id].max_dispersion_bps,
    )


def _by_source(
    chosen: dict[int, Valuation], said: dict[int, list[tuple[str, int]]]
) -> list[SourceSpread]:
    shares: dict[str, list[int]] = defaultdict(list)
    for asset, told in said.items():
        centre = chosen[asset].target_value_units
        for source, amount in told:
            shares[source].append((amount - centre) * BPS // centre)
    found = [
        SourceSpread(
            source=source,
            count=len(all_of),
            bias_bps=median_low(all_of),
            distance_bps=median_low(abs(one) for one in all_of),
        )
        for source, all_of in shares.items()
    ]
    return sorted(found, key=lambda one: (-one.distance_bps, one.source))
