"""What adapters have in common, and how they read what a feed's ``terms`` say."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from contracts.client import Chain
from oracles.models import SourceFeed
from oracles.sources.errors import SourceFailed
from oracles.sources.fetching import Fetcher
from oracles.sources.statements import NewObservation


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What an adapter may use: chain time in unix seconds, the node, and what fetches documents.

    ``fetcher`` takes the hosts that may be asked and the types of content that are expected.
    """

    now: int
    chain: Callable[[], Chain]
    fetcher: Callable[[frozenset[str], tuple[str, ...]], Fetcher]


class Adapter(Protocol):
    """One way of asking. All of them raise `SourceFailed` with what was wrong."""

    def check(self, feed: SourceFeed) -> None:
        """Refuse a feed whose settings this adapter cannot work with."""

    def ask(self, feed: SourceFeed, asking: Asking) -> bytes:
        """Return the document as it came."""


@runtime_checkable
class Teller(Adapter, Protocol):
    """An adapter whose documents speak for themselves."""

    def read(self, feed: SourceFeed, document: bytes, now: int) -> Iterable[NewObservation]:
        """Return what the document says."""


@runtime_checkable
class Survey(Adapter, Protocol):
    """An adapter whose documents say something of every thing of some classes."""

    def classes(self, feed: SourceFeed) -> Sequence[int]:
        """Return the classes of which it speaks."""

    def speak(
        self, feed: SourceFeed, document: bytes, asset_ids: Sequence[int], now: int
    ) -> Iterable[NewObservation]:
        """Return what the document says of these assets, by their rows' ids."""


def fetched(feed: SourceFeed, asking: Asking, kinds: tuple[str, ...]) -> bytes:
    """Return the document at a feed's address."""
    return asking.fetcher(frozenset(feed.hosts), kinds).fetch(feed.url)


def check_address(feed: SourceFeed) -> None:
    """Refuse a feed that is fetched without an address or without hosts."""
    hosts = feed.hosts
    if not feed.url or not isinstance(hosts, list) or not hosts:
        raise SourceFailed(
            "FEED_SETTINGS", 'Give the address, and the hosts that may be asked: ["host.example"].'
        )


def class_of(feed: SourceFeed) -> int:
    """Return the class of which a source speaks, or refuse one that is for all."""
    if feed.source.class_id is None:
        raise SourceFailed(
            "FEED_SETTINGS", f"Say at {feed.source} for which class it is: the feed speaks of it."
        )
    return int(feed.source.class_id)


def text_term(feed: SourceFeed, name: str, default: str | None = None) -> str:
    """Return a text of the feed's terms."""
    return str(_term(feed, name, default, str))


def whole_term(feed: SourceFeed, name: str, default: int | None = None) -> int:
    """Return a whole number of the feed's terms."""
    return int(_term(feed, name, default, int))


def _term(feed: SourceFeed, name: str, default: Any, kind: type) -> Any:
    found = feed.terms.get(name, default) if isinstance(feed.terms, dict) else default
    if not isinstance(found, kind) or isinstance(found, bool):
        what = "a whole number" if kind is int else "a text"
        raise SourceFailed("FEED_SETTINGS", f"The terms need {what} under {name!r}.")
    return found
