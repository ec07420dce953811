"""Projections made anew from the raw logs alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from contracts import events
from contracts.deployment_record import load
from contracts.domain.words import cut_words
from contracts.types import Event, Log
from settlement import projection
from settlement.locks import Singleton, singleton
from settlement.models import EventLog, LaneSequence
from settlement.services.reading.storing import number_lanes

EVENTS_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class Reindexed:
    """What was applied again, and the state's hash before and after, table by table."""

    events: int
    before: dict[str, str]
    after: dict[str, str]

    @property
    def changed(self) -> list[str]:
        """The tables that hold something else than before."""
        return sorted(table for table, was in self.before.items() if self.after[table] != was)


def reindex() -> Reindexed:
    """Rebuild all projections while the reader waits, all or nothing."""
    with singleton(Singleton.READ, wait=True):
        before = projection.state_hashes()
        count = rebuild()
        return Reindexed(events=count, before=before, after=projection.state_hashes())


def rebuild() -> int:
    """Empty what events alone decide and apply the stored ones again; return how many.

    Needs a transaction that holds `Singleton.READ`.
    """
    projection.reset()
    LaneSequence.objects.all().delete()
    return projection.project(_numbered(stored_events()))


def _numbered(stored: Iterator[Event]) -> Iterator[Event]:
    """Pass the events on, many at once, while their lanes' numbers are checked and kept."""
    while chunk := list(islice(stored, EVENTS_AT_ONCE)):
        number_lanes(chunk)
        yield from chunk


def stored_events() -> Iterator[Event]:
    """Yield the events that hold, decoded anew, in the order of the chain."""
    deployment = load()
    rows = EventLog.objects.filter(orphaned=False).order_by("block_number", "log_index")
    for row in rows.iterator(chunk_size=EVENTS_AT_ONCE):
        log = Log(
            address=deployment.address(row.contract),
            # A topic has as many bytes as a word.
            topics=tuple(cut_words(bytes(row.topics))),
            data=bytes(row.data),
            block_number=row.block_number,
            block_hash=row.block_hash,
            tx_hash=row.tx_hash,
            log_index=row.log_index,
        )
        event = events.decode(log, deployment, block_time=row.block_time)
        if event is not None:
            yield replace(event, words=bytes(row.words)) if row.words else event
