"""The settlement pipeline as pages show it: lanes, the reader, the newest transactions."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from portal.domain.formatting import counted, span
from portal.selectors.rows import LaneRow, Step
from portal.selectors.stamp import Stamp
from settlement.models import Batch, BatchStatus, Block, Cursor

STEPS = ("planned", "signed", "sent", "in block", "final")
_REACHED = {
    BatchStatus.PLANNED: 1,
    BatchStatus.SIGNED: 2,
    BatchStatus.SENT: 3,
    BatchStatus.MINED: 4,
    BatchStatus.REVERTED: 4,
    BatchStatus.FINAL: 5,
    BatchStatus.DEAD: 1,
}
_ENDED_BADLY = (BatchStatus.REVERTED, BatchStatus.DEAD)
SHARED = "No lane"


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Transactions by lane and step, and where the reader is."""

    lanes: list[LaneRow]
    reader_words: str
    waiting: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class BatchRow:
    """One transaction and how far it has come."""

    words: str
    lane: str
    steps: list[Step]
    tx_hash: str
    error: str


def pipeline(stamp: Stamp) -> Pipeline:
    """Return the lanes' counts, one query."""
    rows: dict[int | None, dict[str, int]] = {}
    for lane, status, number in (
        Batch.objects.order_by().values_list("lane", "status").annotate(number=Count("id"))
    ):
        rows.setdefault(lane, {})[status] = number
    ordered = sorted(rows, key=lambda lane: (lane is None, lane or 0))
    lanes = [_lane(lane, rows[lane]) for lane in ordered]
    return Pipeline(
        lanes=lanes,
        reader_words=_reader(stamp),
        waiting=sum(lane.planned + lane.sent for lane in lanes),
        failed=sum(lane.failed for lane in lanes),
    )


def newest_batches(limit: int) -> list[BatchRow]:
    """Return the newest transactions."""
    columns = ("kind", "lane", "status", "tx_hash", "error", "count")
    rows = Batch.objects.order_by("-id").only(*columns)[:limit]
    return [
        BatchRow(
            words=_words(batch),
            lane="" if batch.lane is None else f"Lane {batch.lane}",
            steps=steps(batch.status),
            tx_hash=batch.tx_hash or "",
            error=batch.error,
        )
        for batch in rows
    ]


def steps(status: str) -> list[Step]:
    """Return the way of a transaction with what it has reached."""
    reached = _REACHED[BatchStatus(status)]
    way = [Step(word=word, reached=place < reached) for place, word in enumerate(STEPS)]
    if status not in _ENDED_BADLY:
        return way
    word = "refused by the ledger" if status == BatchStatus.REVERTED else "given up"
    return [*way[:reached], Step(word=word, reached=True, failed=True)]


def read_stamp() -> Stamp:
    """Return the newest block that has been read, and how far behind the reader is."""
    block = Block.objects.order_by("-number").values_list("number", "timestamp").first()
    number, timestamp = block or (0, 0)
    cursor = Cursor.objects.filter(name=Cursor.READER).first()
    idle = timezone.now() - cursor.updated_at if cursor else None
    return Stamp(
        chain_time=timestamp,
        block_number=number,
        blocks_behind=max(cursor.head_number - cursor.block_number, 0) if cursor else 0,
        idle_s=int(idle.total_seconds()) if idle is not None else None,
    )


def _lane(lane: int | None, counts: dict[str, int]) -> LaneRow:
    return LaneRow(
        name=SHARED if lane is None else f"Lane {lane}",
        planned=counts.get(BatchStatus.PLANNED, 0),
        sent=counts.get(BatchStatus.SIGNED, 0) + counts.get(BatchStatus.SENT, 0),
        in_block=counts.get(BatchStatus.MINED, 0),
        final=counts.get(BatchStatus.FINAL, 0),
        failed=sum(counts.get(status, 0) for status in _ENDED_BADLY),
    )


def _reader(stamp: Stamp) -> str:
    if not stamp.chain_time:
        return "The reader has not read a block yet."
    moved = "" if stamp.idle_s is None else f"; it last moved {span(stamp.idle_s)} ago"
    behind = counted(stamp.blocks_behind, "block")
    return f"The reader is at block {stamp.block_number:,}, {behind} behind{moved}."


def _words(batch: Batch) -> str:
    name = batch.kind.replace("_", " ").capitalize()
    return f"{name}, {counted(batch.count, 'operation')}" if batch.count else name
