"""Depreciation: what a dated price says of today by the age of the thing."""

from collections.abc import Iterable, Sequence

from oracles.domain.canonical import canonical_json
from oracles.models import SourceFeed
from oracles.sources.adapters.base import Asking
from oracles.sources.derived import DEPRECIATING, class_ids, depreciated, month_of
from oracles.sources.statements import NewObservation


class Depreciation:
    """Its document is the month for which it speaks; the curves are the models' own."""

    def check(self, feed: SourceFeed) -> None:
        return None

    def ask(self, feed: SourceFeed, asking: Asking) -> bytes:
        return canonical_json({"month": month_of(asking.now).isoformat()})

    def classes(self, feed: SourceFeed) -> Sequence[int]:
        return class_ids(DEPRECIATING)

    def speak(
        self, feed: SourceFeed, document: bytes, asset_ids: Sequence[int], now: int
    ) -> Iterable[NewObservation]:
        return depreciated(asset_ids=asset_ids, month=month_of(now), source=feed.source.slug)
