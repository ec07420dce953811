"""Values for pages and charts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum

from collateral.models import Asset
from oracles.models import Observation, RoundStatus, Valuation, Verdict
from oracles.selectors.rounds import newest_round


@dataclass(frozen=True, kw_only=True)
class ValuePoint:
    """One asset's value in one published round; amounts in ledger units, times unix seconds."""

    round: int
    observed_at: int
    value_units: int
    lower_units: int
    target_value_units: int
    status: str
    sources: int
    valid_until: int


@dataclass(frozen=True, kw_only=True)
class NavGrowth:
    """Ether behind one restaking token at two times (unix seconds), in wei."""

    first_wei: int
    last_wei: int
    since: int
    until: int


@dataclass(frozen=True, kw_only=True)
class ClassValue:
    """All assets of one class in the newest round; amounts in ledger units."""

    class_id: int
    count: int
    value_units: int
    lower_units: int


@dataclass(frozen=True, kw_only=True)
class SourceOpinion:
    """The newest that one source said of an asset; ``value · 10^-scale`` of ``unit``."""

    source: str
    kind: str
    value: int
    unit: str
    scale: int
    observed_at: int


def value_history(asset: Asset) -> list[ValuePoint]:
    """Return the asset's values over all published rounds, oldest first."""
    found = (
        Valuation.objects.filter(asset=asset, round__status=RoundStatus.PUBLISHED)
        .select_related("round")
        .order_by("round__number")
    )
    return [
        ValuePoint(
            round=one.round.number,
            observed_at=one.round.observed_at,
            value_units=one.value_units,
            lower_units=one.lower_units,
            target_value_units=one.target_value_units,
            status=one.get_status_display(),
            sources=one.sources,
            valid_until=one.valid_until,
        )
        for one in found
    ]


def nav_growth(token: str) -> NavGrowth | None:
    """Return how a restaking token's ether grew over the published rounds; None without two."""
    rows = Valuation.objects.filter(
        token__iexact=token, nav_wei__gt=0, round__status=RoundStatus.PUBLISHED
    )
    first = rows.order_by("round__number").first()
    last = rows.order_by("-round__number").first()
    if first is None or last is None or last.observed_at <= first.observed_at:
        return None
    return NavGrowth(
        first_wei=int(first.nav_wei or 0),
        last_wei=int(last.nav_wei or 0),
        since=first.observed_at,
        until=last.observed_at,
    )


def values_by_class() -> list[ClassValue]:
    """Return number and sums of values for each class of physical assets, newest round."""
    rows = (
        Valuation.objects.filter(round=newest_round(), asset__isnull=False)
        .values("class_id")
        .annotate(count=Count("pk"), total_value=Sum("value_units"), total_lower=Sum("lower_units"))
        .order_by("class_id")
    )
    return [
        ClassValue(
            class_id=row["class_id"],
            count=row["count"],
            value_units=int(row["total_value"]),
            lower_units=int(row["total_lower"]),
        )
        for row in rows
    ]


def newest_values(*, asset_ids: Sequence[int]) -> dict[int, Valuation]:
    """Return the newest round's values by asset row, for those that have one."""
    found = Valuation.objects.filter(round=newest_round(), asset__in=asset_ids)
    return {one.asset_id: one for one in found if one.asset_id is not None}


def sources_of(asset: Asset) -> list[SourceOpinion]:
    """Return the newest accepted observation of each source and kind, newest first.

    A cap that was lifted says nothing any more.
    """
    series = ("source_id", "kind")
    found = (
        Observation.objects.filter(asset=asset, verdict=Verdict.ACCEPTED)
        .select_related("source", "override")
        .order_by(*series, "-observed_at", "-pk")
        .distinct(*series)
    )
    opinions = [
        SourceOpinion(
            source=one.source.name,
            kind=one.get_kind_display(),
            value=one.value,
            unit=one.unit,
            scale=one.scale,
            observed_at=one.observed_at,
        )
        for one in found
        if one.override is None or not one.override.lifts
    ]
    return sorted(opinions, key=lambda one: -one.observed_at)
