"""A house price index: brings past sales of houses to its newest quarter."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from oracles.domain.errors import OracleError
from oracles.domain.price_index import PriceIndex, read_index
from oracles.models import SourceFeed
from oracles.sources.adapters.base import Asking, check_address, fetched
from oracles.sources.derived import HOUSES, class_ids, indexed
from oracles.sources.errors import SourceFailed
from oracles.sources.fetching import CSV
from oracles.sources.statements import NewObservation


class PriceIndexFeed:
    """Lines of ``region,year,quarter,level``, as agencies publish them."""

    def check(self, feed: SourceFeed) -> None:
        check_address(feed)

    def ask(self, feed: SourceFeed, asking: Asking) -> bytes:
        document = fetched(feed, asking, CSV)
        _index(document)
        return document

    def classes(self, feed: SourceFeed) -> Sequence[int]:
        return class_ids(HOUSES)

    def speak(
        self, feed: SourceFeed, document: bytes, asset_ids: Sequence[int], now: int
    ) -> Iterable[NewObservation]:
        return indexed(asset_ids=asset_ids, index=_index(document), source=feed.source.slug)


@lru_cache(maxsize=2)
def _index(document: bytes) -> PriceIndex:
    try:
        return read_index(document.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SourceFailed("NOT_UTF8", "The index is not UTF-8 text.") from None
    except OracleError as error:
        raise SourceFailed(error.code, str(error)) from None
