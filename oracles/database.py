"""Bulk traffic with PostgreSQL in its binary form: columns out, records in, never row by row."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.sql import SQL

# Eleven bytes of name, four of flags, four of the length of no extension; a row of -1 fields.
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_ROWS_AT_A_TIME = 100_000
_AS_OF_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
# The planner holds pages for as dear as on a turning disk, and sorts what an index has in order.
_ALONG_INDEXES = "SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off"
# Beside each there is the work on what it reads.
_SESSIONS = 2
# A number of 256 bits has up to 20 groups of four decimal digits, behind a header of four numbers.
_HEADER, _MOST_GROUPS = 4, 20
UINT256_BYTES = 2 * (_HEADER + _MOST_GROUPS)
UINT256 = f"V{UINT256_BYTES}"
_WORDS, _WORD_MASK = 8, (1 << 32) - 1
# The powers of 10,000, from the 19th down, as eight words of 32 bits each.
_POWERS = np.array(
    [
        [(10_000**power >> (32 * word)) & _WORD_MASK for word in reversed(range(_WORDS))]
        for power in reversed(range(_MOST_GROUPS))
    ],
    np.int64,
)
Column = NDArray[Any]


def server_cursor() -> Cursor:
    """Return a cursor whose values travel in binary; Django's own writes them into the query."""
    connection.ensure_connection()
    return Cursor(connection.connection)


@contextmanager
def one_moment() -> Iterator[Sequence[Cursor]]:
    """Read everything within as of one moment; give the sessions that can do so side by side.

    The first is the caller's own. Within an open transaction, whose rows nobody else sees yet, it
    is the only one.
    """
    if connection.in_atomic_block:
        with server_cursor() as cursor:
            yield [cursor]
        return
    with transaction.atomic(), server_cursor() as cursor, ExitStack() as others:
        cursor.execute(_AS_OF_ONE_MOMENT)
        (moment,) = cursor.execute("SELECT pg_export_snapshot()").fetchone()
        more = range(_SESSIONS - 1)
        yield [cursor, *(others.enter_context(_session_at(moment)) for _ in more)]


@contextmanager
def _session_at(moment: str) -> Iterator[Cursor]:
    """Open another session that sees what the one that exported the moment sees."""
    other = connection.copy()
    try:
        other.ensure_connection()
        with other.connection.transaction(), Cursor(other.connection) as cursor:
            cursor.execute(_AS_OF_ONE_MOMENT)
            cursor.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(moment))
            yield cursor
    finally:
        other.close()


@dataclass(frozen=True, kw_only=True)
class Read:
    """Rows to be read as records: by ``fields``, each column's numpy type and SQL by its name.

    Types are big-endian numbers (``>i8``) or bytes of one length (``V32``); no value may be null.
    The server joins the rows in memory, so a caller asks for some 10,000 at a time.
    """

    rows: str
    parameters: Sequence[Any]
    fields: Mapping[str, tuple[str, str]]

    def records(self, cursor: Cursor) -> Column:
        """Return the records; they come as one value, which takes no work for each row."""
        kind = np.dtype([(name, of) for name, (of, _) in self.fields.items()])
        joined = " || ".join(_sent(of, column) for of, column in self.fields.values())
        query = f"SELECT count(*), string_agg({joined}, ''::bytea) FROM ({self.rows}) said"
        count, data = cursor.execute(query, self.parameters, binary=True).fetchone()
        # One null makes its whole row null, and a value of another length moves all behind it.
        if len(data or b"") != count * kind.itemsize:
            raise ValueError(f"A value of {', '.join(self.fields)} is null or of another length.")
        return np.frombuffer(data or b"", kind)


@contextmanager
def read_ahead(sessions: Sequence[Cursor], reads: Iterable[Read]) -> Iterator[Iterator[Column]]:
    """Give the records of one read after another, while the server works on the next ones.

    A thread waits for each session; until the block is left, nothing else may be asked on them.
    Then the threads are gone, whatever ended the block.
    """
    free: SimpleQueue[Cursor] = SimpleQueue()
    for one in sessions:
        one.execute(_ALONG_INDEXES)
        free.put(one)
    threads = ThreadPoolExecutor(len(sessions), thread_name_prefix="read-ahead")
    try:
        yield _in_turn(lambda read: threads.submit(_read, read, free), reads, 2 * len(sessions))
    finally:
        threads.shutdown(cancel_futures=True)


def _in_turn(
    ask: Callable[[Read], Future[Column]], reads: Iterable[Read], most: int
) -> Iterator[Column]:
    """Yield what was asked for in turn; no more than so many answers wait or are waited for."""
    asked: deque[Future[Column]] = deque()
    for one in reads:
        asked.append(ask(one))
        if len(asked) > most:
            yield asked.popleft().result()
    while asked:
        yield asked.popleft().result()


def _read(one: Read, free: SimpleQueue[Cursor]) -> Column:
    cursor = free.get()
    try:
        return one.records(cursor)
    finally:
        free.put(cursor)


def _sent(kind: str, column: str) -> str:
    """Return SQL for a column's bytes in PostgreSQL's binary form."""
    of = np.dtype(kind)
    return f"({column})" if of.kind in "SV" else f"int{of.itemsize}send({column})"


def uint256_sent(column: str) -> str:
    """Return SQL for a whole number's decimal form, of one length: ``UINT256`` in numpy."""
    zeros = f"decode(repeat('00', {UINT256_BYTES}), 'hex')"
    return f"substr(numeric_send({column}) || {zeros}, 1, {UINT256_BYTES})"


def uint256_words(sent: Column) -> Column:
    """Return numbers that came as ``uint256_sent`` as rows of 32 bytes, big-endian.

    They come as groups of four decimal digits, the first of them times 10,000 to the power of a
    ``weight``, and without the zeros at the end.
    """
    parts = np.frombuffer(sent.tobytes(), ">i2").reshape(-1, _HEADER + _MOST_GROUPS)
    weights, groups = parts[:, 1], parts[:, _HEADER:].astype(np.int64)
    words = np.empty((_WORDS, len(parts)), np.int64)
    for weight in np.unique(weights):
        held = weights == weight
        powers = _POWERS[_MOST_GROUPS - 1 - weight :]
        words[:, held] = (groups[held, : weight + 1] @ powers).T
    # Each sum is below 20 · 10^4 · 2^32, so it fits; what is beyond 32 bits moves up.
    for place in reversed(range(1, _WORDS)):
        words[place - 1] += words[place] >> 32
    return (words & _WORD_MASK).T.astype(">u4", order="C").view(np.uint8)


def copy_in(table: str, names: Sequence[str], types: Sequence[str], rows: Iterator[Any]) -> None:
    """Copy rows into a table; ``types`` are PostgreSQL's names of the columns' types."""
    statement = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT binary)"
    with server_cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def copy_records(table: str, columns: Mapping[str, Column]) -> None:
    """Copy columns of whole numbers, big-endian and as wide as the table's, into a table."""
    names = list(columns)
    for start in range(0, len(columns[names[0]]), _ROWS_AT_A_TIME):
        part = {name: one[start : start + _ROWS_AT_A_TIME] for name, one in columns.items()}
        statement = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT binary)"
        with server_cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(_SIGNATURE + _binary_form(part) + _TRAILER)


def _binary_form(columns: Mapping[str, Column]) -> bytes:
    """Return rows as COPY takes them: the number of fields, then the length and bytes of each."""
    fields = [("fields", ">i2")]
    for name, column in columns.items():
        fields += [(f"{name} length", ">i4"), (name, column.dtype)]
    rows = np.empty(len(next(iter(columns.values()))), fields)
    rows["fields"] = len(columns)
    for name, column in columns.items():
        rows[f"{name} length"], rows[name] = column.dtype.itemsize, column
    return rows.tobytes()
