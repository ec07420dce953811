"""Storing and projecting what was read, together with the cursor: all of it or nothing."""

import json
from collections.abc import Sequence

from django.db import connection
from django.db.models.functions import Now

from contracts.types import Event, Log
from settlement import projection
from settlement.domain.sequences import Gap, advanced
from settlement.errors import LogsMissing
from settlement.failpoints import reached
from settlement.locks import Singleton, singleton
from settlement.models import Block, Cursor, EventLog, LaneSequence
from settlement.services.reading.fetching import Step

READER = Cursor.READER
_COPY_LOGS = """
COPY settlement_eventlog (block_number, block_hash, block_time, log_index, tx_hash, contract,
name, args, topics, data, words, orphaned) FROM STDIN
"""


def apply(cursor: Cursor, step: Step) -> bool:
    """Store and project a step and move the cursor; False if another reader did."""
    with singleton(Singleton.READ) as alone:
        if not alone or not _still_at(cursor):
            return False
        number_lanes(step.events)
        Block.objects.bulk_create(
            [
                Block(block.number, block.hash, block.parent_hash, block.timestamp)
                for block in step.blocks
            ]
        )
        _store_logs(step)
        projection.project(step.events)
        _move(step)
        reached("read.storing")
    reached("read.stored")
    return True


def note_head(cursor: Cursor, head_number: int) -> None:
    """Keep how far the chain is, while there is nothing to read."""
    if cursor.head_number != head_number:
        Cursor.objects.filter(name=READER, block_number=cursor.block_number).update(
            head_number=head_number
        )


def number_lanes(events: Sequence[Event]) -> None:
    """Check that no numbered event is missing, and keep each lane's last number."""
    last = {(row.contract, row.lane): row.last for row in LaneSequence.objects.all()}
    try:
        numbers = advanced(last, events)
    except Gap as gap:
        raise LogsMissing(str(gap)) from gap
    LaneSequence.objects.bulk_create(
        [
            LaneSequence(contract=contract, lane=lane, last=number)
            for (contract, lane), number in numbers.items()
            if last.get((contract, lane)) != number
        ],
        update_conflicts=True,
        unique_fields=["contract", "lane"],
        update_fields=["last"],
    )


def _still_at(cursor: Cursor) -> bool:
    return (
        Cursor.objects.select_for_update()
        .filter(name=READER, block_hash=cursor.block_hash)
        .exists()
    )


def _move(step: Step) -> None:
    newest = step.blocks[-1]
    Cursor.objects.filter(name=READER).update(
        block_number=newest.number,
        block_hash=newest.hash,
        block_time=newest.timestamp,
        head_number=step.head_number,
        # `auto_now` is for saved rows only; pages tell by this whether the reader is stuck.
        updated_at=Now(),
    )


def _store_logs(step: Step) -> None:
    """Append the logs; those of a block that was orphaned once and is back are counted again."""
    hashes = [block.hash for block in step.blocks]
    known = EventLog.objects.filter(block_hash__in=hashes)
    back = set(known.values_list("block_hash", "log_index"))
    if back:
        known.update(orphaned=False)
    with connection.cursor() as cursor, cursor.copy(_COPY_LOGS) as copy:
        for log, event in zip(step.logs, step.events, strict=True):
            if (log.block_hash, log.log_index) not in back:
                copy.write_row(_row(log, event))


def _row(log: Log, event: Event) -> tuple[object, ...]:
    return (
        *(log.block_number, log.block_hash, event.block_time, log.log_index, log.tx_hash),
        *(event.contract, event.name, json.dumps(event.args), b"".join(log.topics), log.data),
        *(event.words, False),
    )
