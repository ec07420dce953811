"""Prices derived from older ones: depreciation by class, sales brought forward by an index."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import QuerySet

from collateral.domain.classes import class_by_code, class_by_id
from collateral.domain.regions import state_of
from collateral.models import Asset
from collateral.models.assets import ON_CHAIN
from oracles.domain.curves import CURVES, Curve, aged_down, indexed_down
from oracles.domain.price_index import PriceIndex
from oracles.domain.quantities import LEDGER_DECIMALS, ObservationKind, Unit
from oracles.sources.statements import NewObservation

_MONTHS = 12
# Of assets of which no more is told, the middle of the year in which they were made.
_MIDDLE_MONTH = 6
_CURVE_OF_CLASS = {
    "car": "car",
    "motorcycle": "car",
    "truck": "truck",
    "machinery": "machinery",
    "container": "machinery",
    "gpu_server": "gpu",
    "hotspot": "device",
    "ev_charger": "plant",
    "energy": "plant",
}
DEPRECIATING = tuple(_CURVE_OF_CLASS)
HOUSES = ("real_estate", "factory")
# No field says what drives a car; these say it by their name.
_ELECTRIC_MAKERS = frozenset({"tesla", "polestar", "rivian", "lucid", "nio", "xpeng"})
_ELECTRIC_WORDS = frozenset(
    {"ev", "electric", "bolt", "leaf", "ioniq", "e-tron", "taycan", "mach-e", "i3", "i4", "ix"}
)


def depreciated(
    *, month: date, source: str, asset_ids: Sequence[int] | None = None
) -> Iterator[NewObservation]:
    """Yield what things with a dated price are worth in a month; of all assets, or of these."""
    for asset in _priced(DEPRECIATING, asset_ids):
        if (value := _depreciated(asset, month)) is not None:
            yield _said(asset, source, ObservationKind.DEPRECIATED, value, month)


def indexed(
    *, index: PriceIndex, source: str, asset_ids: Sequence[int] | None = None
) -> Iterator[NewObservation]:
    """Yield past sales of houses at the index's newest quarter; of all assets, or of these."""
    for asset in _priced(HOUSES, asset_ids):
        if (found := _indexed(asset, index)) is not None:
            yield _said(asset, source, ObservationKind.INDEXED_SALE, *found)


def month_of(now: int) -> date:
    """Return the first day of the month of a moment in unix seconds."""
    return datetime.fromtimestamp(now, tz=UTC).date().replace(day=1)


def class_ids(codes: Collection[str]) -> list[int]:
    """Return the ids of classes by their codes."""
    return [class_by_code(code).id for code in codes]


def _priced(codes: Collection[str], asset_ids: Sequence[int] | None) -> QuerySet[Asset]:
    """Return minted assets of the classes with a published price."""
    assets = Asset.objects.filter(
        class_id__in=class_ids(codes), status__in=ON_CHAIN, price_units__gt=0
    )
    chosen = assets if asset_ids is None else assets.filter(pk__in=asset_ids)
    return chosen.only("pk", "class_id", "attributes", "price_units").order_by("pk")


def curve_of(class_id: int, attributes: dict[str, Any]) -> Curve:
    """Return the depreciation of a thing; electric cars lose more than others."""
    name = _CURVE_OF_CLASS[class_by_id(class_id).code]
    maker = str(attributes.get("maker", "")).casefold()
    words = set(str(attributes.get("model", "")).casefold().split())
    electric = maker in _ELECTRIC_MAKERS or bool(words & _ELECTRIC_WORDS)
    return CURVES["electric_car" if name == "car" and electric else name]


def _depreciated(asset: Asset, month: date) -> int | None:
    priced_on = _day(asset.attributes.get("priced_on") or asset.attributes.get("sold_on"))
    age = None if priced_on is None else _age_months(asset.attributes, priced_on)
    if priced_on is None or age is None or priced_on >= month:
        return None
    passed = _MONTHS * (month.year - priced_on.year) + month.month - priced_on.month
    return aged_down(
        int(asset.price_units or 0),
        from_month=age,
        to_month=age + passed,
        curve=curve_of(asset.class_id, asset.attributes),
    )


def _age_months(attributes: dict[str, Any], on: date) -> int | None:
    """Return the age when it was priced, as recorded or by its year."""
    if "age_months" in attributes:
        return int(attributes["age_months"])
    if "year_built" not in attributes:
        return None
    years = on.year - int(attributes["year_built"])
    return max(0, _MONTHS * years + on.month - _MIDDLE_MONTH)


def _indexed(asset: Asset, index: PriceIndex) -> tuple[int, date] | None:
    """Return the price that a past sale comes to, and the day for which that holds."""
    sold_on = _day(asset.attributes.get("sold_on") or asset.attributes.get("priced_on"))
    state = state_of(asset.attributes)
    if sold_on is None or state is None:
        return None
    then, newest = index.at(state, sold_on), index.newest(state)
    if then is None or newest is None or sold_on >= newest[0]:
        return None
    price = int(asset.price_units or 0)
    return indexed_down(price, index_then=then, index_now=newest[1]), newest[0]


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) and text else None


def _said(
    asset: Asset, source: str, kind: ObservationKind, value: int, day: date
) -> NewObservation:
    return NewObservation(
        source=source,
        kind=kind,
        value=value,
        unit=Unit.USD,
        scale=LEDGER_DECIMALS,
        observed_at=int(datetime.combine(day, time.min, tzinfo=UTC).timestamp()),
        asset_id=asset.pk,
    )
