"""Rents of things by their model, as clouds and lessors publish them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from collateral.models import Asset
from oracles.domain.errors import ObservationRefused
from oracles.domain.observations import read_value
from oracles.domain.quantities import ObservationKind
from oracles.domain.statistics import weighted_median_down
from oracles.models import SourceFeed
from oracles.sources.adapters.base import (
    Asking,
    check_address,
    class_of,
    fetched,
    text_term,
    whole_term,
)
from oracles.sources.documents import Row, rows_of_json, whole
from oracles.sources.errors import SourceFailed
from oracles.sources.fetching import JSON
from oracles.sources.statements import NewObservation

_FIELDS = {name: name for name in ("model", "value", "observed_at")}
# Value and time of each row, by the folded name of the model.
Offers = Mapping[str, Sequence[tuple[int, int]]]


class Rents:
    """A JSON list of ``{"model", "value", "observed_at"}``; the terms say unit and scale.

    ``times`` names the attribute that multiplies a rent (gpus of a server). Of several rents of
    one model the median counts, of two middle ones the lower, as of the newest.
    """

    def check(self, feed: SourceFeed) -> None:
        check_address(feed)
        class_of(feed)
        text_term(feed, "unit")
        whole_term(feed, "scale")
        text_term(feed, "times", "")

    def ask(self, feed: SourceFeed, asking: Asking) -> bytes:
        document = fetched(feed, asking, JSON)
        if not _offers(document, feed.items, tuple(feed.fields.items())):
            raise SourceFailed("WRONG_SHAPE", "The answer holds no rent that can be read.")
        return document

    def classes(self, feed: SourceFeed) -> Sequence[int]:
        return (class_of(feed),)

    def speak(
        self, feed: SourceFeed, document: bytes, asset_ids: Sequence[int], now: int
    ) -> Iterable[NewObservation]:
        offers = _offers(document, feed.items, tuple(feed.fields.items()))
        times = text_term(feed, "times", "")
        things = Asset.objects.filter(pk__in=asset_ids).order_by("pk")
        for pk, attributes in things.values_list("pk", "attributes"):
            told = offers.get(str(attributes.get("model", "")).casefold())
            many = attributes.get(times, 0) if times else 1
            if told and isinstance(many, int) and many > 0:
                yield NewObservation(
                    source=feed.source.slug,
                    kind=ObservationKind.RENTAL_INCOME,
                    value=many * weighted_median_down([(value, 1) for value, _ in told]),
                    unit=text_term(feed, "unit"),
                    scale=whole_term(feed, "scale"),
                    observed_at=max(at for _, at in told),
                    asset_id=pk,
                    raw=document,
                )


@lru_cache(maxsize=2)
def _offers(document: bytes, items: str, fields: tuple[tuple[str, str], ...]) -> Offers:
    offers: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows_of_json(document, items=items, fields=dict(fields) or _FIELDS):
        offer = _offer(row)
        if offer is not None:
            offers[str(row.get("model", "")).casefold()].append(offer)
    return offers


def _offer(row: Row) -> tuple[int, int] | None:
    """Return value and time of a rent, or None where it is none: it speaks of no one asset."""
    try:
        value = read_value(row.get("value", ""))
    except ObservationRefused:
        return None
    at = whole(row.get("observed_at"), otherwise=0)
    return (value, at) if value > 0 and at > 0 else None
