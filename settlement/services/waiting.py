"""What a lane has waiting: its next operations, in the order of arrival."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from psycopg import Cursor

from contracts.domain.columns import Numbers
from contracts.domain.words import LANE_SHIFT, NUMBER_LIMIT, WORD_BYTES
from settlement.domain.columns import Columns
from settlement.domain.packing import Waiting
from settlement.models import LaneProgress, Operation
from settlement.services.parcels import columns_between, columns_of, holds_loan, words_between

# A lane that has put so many aside takes no new ones until they are fewer.
MOST_DEFERRED = 20_000
URGENT_LIMIT = 1_000
_SELECT = (
    "SELECT id & %s, kind, loan_id & %s, amount, payload, priority, deadline "
    "FROM settlement_operation WHERE "
)
# One answer of arrays: a row of numbers for each operation would cost fifteen times as much.
_PLAIN = """
    SELECT coalesce(bool_and(plain), true)
            AND NOT EXISTS (SELECT 1 FROM settlement_operation
                WHERE lane = %s AND priority > 0 AND id > %s),
        array_agg(id), array_agg(kind), array_agg(loan_id), array_agg(amount)
    FROM (SELECT id, kind, loan_id, amount,
            payload IS NULL AND priority = 0 AND deadline IS NULL AS plain
        FROM settlement_operation WHERE id > %s AND id < %s ORDER BY id LIMIT %s) AS next
"""
_TRUE = b"\x01"
_ARRAY_HEAD_BYTES = 20
_MASK = NUMBER_LIMIT - 1

Row = tuple[int, int, int, int, bytes | None, int, int | None]


@dataclass(frozen=True, slots=True)
class Window:
    """The operations of a lane that may be planned now, and those whose deadline has passed."""

    operations: list[Waiting]
    expired: list[Waiting]
    progress: LaneProgress
    # The last number looked at in arrival order; what was taken ahead lies beyond it.
    through: int

    def advanced(self, deferred: Sequence[Waiting]) -> LaneProgress:
        """Return the lane's new place when all but these are in batches.

        What was merely looked at, with nothing after it taken, is looked at again as if new.
        """
        waiting = {each.number for each in deferred}
        seen = [each.number for each in (*self.operations, *self.expired)]
        taken = [number for number in seen if number not in waiting]
        before = self.progress.planned_through
        through = max((number for number in taken if number <= self.through), default=before)
        through = max(through, before) if waiting else self.through
        ahead = {number for number in (*taken, *self.progress.ahead) if number > through}
        self.progress.deferred = sorted(number for number in waiting if number <= through)
        self.progress.ahead = sorted(ahead)
        self.progress.planned_through = through
        return self.progress


def window_of(lane: int, *, size: int, now: int) -> Window:
    """Return the lane's deferred operations, its next ones and urgent ones, about `size` in all."""
    progress = progress_of(lane)
    room = max(size - len(progress.deferred), size // 4)
    room = 0 if len(progress.deferred) >= MOST_DEFERRED else room
    rows = _deferred(lane, progress.deferred)
    fresh = _next(lane, progress.planned_through, room)
    through = fresh[-1][0] if fresh else progress.planned_through
    ahead = set(progress.ahead)
    rows += [row for row in fresh if row[0] not in ahead]
    rows += _urgent(lane, through, ahead, {row[2] for row in rows})
    late = [row for row in rows if row[6] is not None and row[6] <= now]
    gone = {row[0] for row in late}
    return Window(
        operations=[_waiting(row) for row in rows if row[0] not in gone] if gone else _all(rows),
        expired=_all(late),
        progress=progress,
        through=through,
    )


def plain_run(progress: LaneProgress, *, most: int) -> Columns | None:
    """Return the lane's next operations as columns, or None unless all of them are plain.

    Plain is one word without priority and deadline, with nothing put aside, nothing taken ahead
    and nothing urgent further back.
    """
    if progress.deferred or progress.ahead:
        return None
    lane, after = progress.lane, progress.planned_through
    held = words_between(lane, after + 1, after + most)
    if held and held[0][0] == after + 1:
        return None if _has_urgent(lane, after) else columns_of(_unbroken(held))
    return _plain_rows(lane, after, held[0][0] if held else NUMBER_LIMIT, most)


def _unbroken(held: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the words of the parcels that follow one another without a single row between."""
    following, run = held[0][0], []
    for number, words in held:
        if number != following:
            break
        run.append(words)
        following += len(words) // WORD_BYTES
    return b"".join(run)


def _has_urgent(lane: int, after: int) -> bool:
    first = lane << LANE_SHIFT
    rows = Operation.objects.filter(lane=lane, priority__gt=0, pk__gt=first | after)
    return rows.exists()


def _plain_rows(lane: int, after: int, end: int, most: int) -> Columns | None:
    """Return the lane's rows beyond one number and before another, if all of them are plain."""
    first = lane << LANE_SHIFT
    start = first | after
    cursor = Cursor(connection.connection)
    with connection.wrap_database_errors:
        cursor.execute(_PLAIN, [lane, start, start, first + end, most], binary=True)
    found = cursor.pgresult
    if found is None or found.get_value(0, 0) != _TRUE:
        return None
    ids, kinds, loans, amounts = (
        _column(found.get_value(0, place), width)
        for place, width in ((1, 8), (2, 2), (3, 8), (4, 8))
    )
    return Columns(ids & _MASK, kinds, loans & _MASK, amounts)


def _column(array: bytes | None, width: int) -> Numbers:
    """Return PostgreSQL's array of integers in its binary form: a head, then size and value."""
    if array is None:
        return np.empty(0, np.int64)
    layout = np.dtype([("size", ">i4"), ("value", f">i{width}")])
    return np.frombuffer(array, layout, offset=_ARRAY_HEAD_BYTES)["value"].astype(np.int64)


def progress_of(lane: int) -> LaneProgress:
    """Return how far a lane's operations are in batches."""
    return LaneProgress.objects.get_or_create(lane=lane)[0]


def has_waiting_before(loan_id: int, number: int) -> bool:
    """Tell whether an operation on the loan that arrived before that number is in no batch yet."""
    lane = loan_id >> LANE_SHIFT
    progress = LaneProgress.objects.filter(lane=lane).first() or LaneProgress(lane=lane)
    first = lane << LANE_SHIFT
    earlier = Operation.objects.filter(loan_id=loan_id, id__lt=first | number)
    fresh = earlier.filter(id__gt=first | progress.planned_through)
    fresh = fresh.exclude(id__in=[first | each for each in progress.ahead])
    deferred = [first | each for each in progress.deferred]
    return (
        fresh.exists()
        or (bool(deferred) and earlier.filter(id__in=deferred).exists())
        or _parcels_hold_before(loan_id, number, progress)
    )


def _parcels_hold_before(loan_id: int, number: int, progress: LaneProgress) -> bool:
    start, aside = progress.planned_through + 1, np.array(progress.deferred, dtype=np.int64)
    if holds_loan(loan_id, first=start, last=number - 1, without=progress.ahead):
        return True
    found = _of_numbers(progress.lane, aside[aside < number].tolist())
    return bool((found.loan_numbers == loan_id & _MASK).any())


def _of_numbers(lane: int, numbers: Sequence[int]) -> Columns:
    """Return those of the lane's operations with these numbers that parcels hold."""
    if not numbers:
        return columns_of(b"")
    found = columns_between(lane, min(numbers), max(numbers))
    return found.taken(np.flatnonzero(np.isin(found.numbers, numbers)))


def loans_in_parcels(progress: LaneProgress) -> dict[int, int]:
    """Return how many of a lane's operations that wait in parcels fall on each loan, by its id."""
    lane = progress.lane
    fresh = columns_between(lane, progress.planned_through + 1, NUMBER_LIMIT - 1)
    fresh = fresh.taken(np.flatnonzero(~np.isin(fresh.numbers, progress.ahead)))
    aside = _of_numbers(lane, progress.deferred)
    loans, counts = np.unique(
        np.concatenate([fresh.loan_numbers, aside.loan_numbers]), return_counts=True
    )
    return dict(zip((loans | lane << LANE_SHIFT).tolist(), counts.tolist(), strict=True))


def waiting_lanes() -> list[int]:
    """Return the lanes that have operations in no batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.number FROM settlement_lane l LEFT JOIN settlement_laneprogress p "
            "ON p.lane = l.number WHERE l.next_operation > coalesce(p.planned_through, 0) + 1 "
            "OR cardinality(p.deferred) > 0 ORDER BY 1"
        )
        return [number for (number,) in cursor.fetchall()]


def _deferred(lane: int, numbers: Sequence[int]) -> list[Row]:
    if not numbers:
        return []
    ids = [lane << LANE_SHIFT | number for number in numbers]
    rows = _rows("id = ANY(%s) ORDER BY id", [ids])
    if len(rows) < len(numbers):
        rows = sorted(rows + _rows_of(_of_numbers(lane, numbers)))
    return rows


def _next(lane: int, after: int, most: int) -> list[Row]:
    first = lane << LANE_SHIFT
    if not most:
        return []
    rows = _rows(
        "id > %s AND id < %s ORDER BY id LIMIT %s", [first | after, first + NUMBER_LIMIT, most]
    )
    held = _rows_of(columns_between(lane, after + 1, after + most))
    return sorted(rows + held)[:most] if held else rows


def _rows_of(columns: Columns) -> list[Row]:
    """Return the operations of parcels in the shape of rows: plain, as they are."""
    numbers, kinds, loans, amounts = (
        column.tolist()
        for column in (columns.numbers, columns.kinds, columns.loan_numbers, columns.amounts)
    )
    return [
        (number, kind, loan, amount, None, 0, None)
        for number, kind, loan, amount in zip(numbers, kinds, loans, amounts, strict=True)
    ]


def _urgent(lane: int, through: int, ahead: Collection[int], loans: set[int]) -> list[Row]:
    """Return urgent operations from further back whose loans have nothing waiting before them."""
    found = _rows(
        "lane = %s AND priority > 0 AND id > %s ORDER BY id LIMIT %s",
        [lane, lane << LANE_SHIFT | through, URGENT_LIMIT],
    )
    taken = []
    for row in found:
        if row[0] in ahead:
            continue
        if row[2] in loans or _follows_another(lane, row, through, ahead):
            # Its own later operations must not overtake it either.
            loans.add(row[2])
            continue
        taken.append(row)
    return taken


def _follows_another(lane: int, row: Row, through: int, ahead: Collection[int]) -> bool:
    first = lane << LANE_SHIFT
    between = Operation.objects.filter(
        loan_id=first | row[2], id__gt=first | through, id__lt=first | row[0]
    )
    if between.exclude(id__in=[first | number for number in ahead]).exists():
        return True
    return holds_loan(first | row[2], first=through + 1, last=row[0] - 1, without=list(ahead))


def _rows(condition: str, parameters: Sequence[object]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + condition, [_MASK, _MASK, *parameters])
        return cursor.fetchall()


def _all(rows: Sequence[Row]) -> list[Waiting]:
    return [_waiting(row) for row in rows]


def _waiting(row: Row) -> Waiting:
    return Waiting(row[0], row[1], row[2], row[3], bytes(row[4]) if row[4] else b"", row[5])
