"""How far sources lie apart: each from the estimates, and the sources of each asset."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from oracles.domain.observations import PRICES
from oracles.domain.parameters import CLASS_MODELS
from oracles.models import Source, Valuation, Verdict
from oracles.selectors.rounds import newest_round

MOST_SHOWN = 50
# What each source newly says of each price, beside the round's estimate, and two questions asked
# of it at once, as it is the large part. A median is the lower of two middle ones; the deviation
# of an asset's sources is the higher one, as `deviation_up` of the models has it.
_SPREAD = """
WITH said AS MATERIALIZED (
  SELECT DISTINCT ON (o.asset_id, o.source_id)
    v.id AS valuation_id, o.source_id, o.amount, v.target_value_units AS centre
  FROM oracles_valuation v
  JOIN oracles_observation o ON o.asset_id = v.asset_id
  JOIN oracles_source s ON s.id = o.source_id AND s.active
  WHERE v.round_id = %(round)s AND (%(class)s::int IS NULL OR v.class_id = %(class)s)
    AND o.kind = ANY(%(kinds)s) AND o.verdict = %(accepted)s AND o.observed_at <= %(until)s
  ORDER BY o.asset_id, o.source_id, o.observed_at DESC, o.amount
), by_asset AS (
  SELECT valuation_id, count(*) AS told, min(amount) AS lowest, max(amount) AS highest,
    floor(ceil(percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(amount - centre) DESC)
      * 14826 / 10000) * 10000 / min(centre)) AS deviation_bps
  FROM said GROUP BY valuation_id
), shares AS (
  SELECT source_id, floor((amount - centre) * 10000 / centre) AS share FROM said
), by_source AS (
  SELECT source_id, count(*) AS told,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY share) AS bias_bps,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(share)) AS distance_bps
  FROM shares GROUP BY source_id
)
(SELECT true, valuation_id, told, lowest, highest, deviation_bps FROM by_asset
  ORDER BY deviation_bps DESC, valuation_id LIMIT %(most)s)
UNION ALL SELECT false, source_id, told, bias_bps, distance_bps, NULL FROM by_source
"""


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
    """The newest round's dispersion: all its sources, and the assets most in dispute."""

    round: int
    count: int
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
    asked = {
        "round": newest.pk,
        "class": class_id,
        "kinds": [kind.value for kind in PRICES],
        "accepted": Verdict.ACCEPTED.value,
        "until": newest.observed_at,
        "most": MOST_SHOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, asked)
        found = [(of_asset, *map(int, row)) for of_asset, *row in _filled(cursor.fetchall())]
    return Dispersion(
        round=newest.number,
        count=values.count(),
        assets=_assets([row for of_asset, *row in found if of_asset]),
        sources=_sources([row for of_asset, *row in found if not of_asset]),
    )


def _filled(rows: Sequence[tuple]) -> list[list]:
    return [[0 if cell is None else cell for cell in row] for row in rows]


def _assets(rows: Sequence[Sequence[int]]) -> list[AssetSpread]:
    valuations = Valuation.objects.select_related("asset").in_bulk([row[0] for row in rows])
    return [
        AssetSpread(
            valuation=valuations[pk],
            lowest=lowest,
            highest=highest,
            sources=told,
            deviation_bps=deviation_bps,
            limit_bps=CLASS_MODELS[valuations[pk].class_id].max_dispersion_bps,
        )
        for pk, told, lowest, highest, deviation_bps in rows
    ]


def _sources(rows: Sequence[Sequence[int]]) -> list[SourceSpread]:
    names = Source.objects.in_bulk([row[0] for row in rows])
    found = [
        SourceSpread(source=names[pk].name, count=told, bias_bps=bias, distance_bps=distance)
        for pk, told, bias, distance, _ in rows
    ]
    return sorted(found, key=lambda one: (-one.distance_bps, one.source))
