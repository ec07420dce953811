"""Observations that a source lists itself: appraisals, comparables, rents, prices of tokens."""

from collections.abc import Iterable

from oracles.models import SourceFeed
from oracles.sources.adapters.base import Asking, check_address, fetched
from oracles.sources.documents import FIELDS, observations, rows_of_json
from oracles.sources.fetching import JSON
from oracles.sources.statements import NewObservation


class HttpJson:
    """A JSON list of observations, under whatever names the source has for our fields."""

    def check(self, feed: SourceFeed) -> None:
        check_address(feed)

    def ask(self, feed: SourceFeed, asking: Asking) -> bytes:
        return fetched(feed, asking, JSON)

    def read(self, feed: SourceFeed, document: bytes, now: int) -> Iterable[NewObservation]:
        fields = feed.fields or {name: name for name in FIELDS}
        rows = rows_of_json(document, items=feed.items, fields=fields)
        return observations(rows, source=feed.source.slug, defaults=feed.defaults, raw=document)
