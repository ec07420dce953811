"""Bulk traffic with PostgreSQL in its binary form: columns out, records in, never row by row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg import Cursor

# Eleven bytes of name, four of flags, four of the length of no extension; a row of -1 fields.
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_ROWS_AT_A_TIME = 100_000
Column = NDArray[Any]


def server_cursor() -> Cursor:
    """Return a cursor whose values travel in binary; Django's own writes them into the query."""
    connection.ensure_connection()
    return Cursor(connection.connection)


def read_records(query: str, parameters: Sequence[Any], **fields: str) -> Column:
    """Return the rows of a query as records, given the names and numpy types of its columns.

    Types are big-endian numbers (``>i8``) or bytes of one length (``V32``); no value may be null.
    The server joins the rows in memory, so a caller asks for some 10,000 at a time.
    """
    kind = np.dtype(list(fields.items()))
    joined = " || ".join(_sent(name, of) for name, of in fields.items())
    statement = f"SELECT count(*), string_agg({joined}, ''::bytea) FROM ({query}) said"
    with server_cursor() as cursor:
        count, data = cursor.execute(statement, parameters, binary=True).fetchone()
    # One null makes its whole row null, and a value of another length moves all behind it.
    if len(data or b"") != count * kind.itemsize:
        raise ValueError(f"A value among {', '.join(fields)} is null or of another length.")
    return np.frombuffer(data or b"", kind)


def _sent(name: str, kind: str) -> str:
    """Return SQL for a column's bytes in PostgreSQL's binary form."""
    of = np.dtype(kind)
    return name if of.kind in "SV" else f"int{of.itemsize}send({name})"


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
