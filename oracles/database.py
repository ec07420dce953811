"""Bulk traffic with PostgreSQL in its binary form: columns out, records in, never row by row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg import Cursor

# Before the elements of a binary array: dimensions, flags, type, length and lower bound.
_ARRAY_HEADER_BYTES = 20
_LENGTH = np.dtype(">i4")
# Eleven bytes of name, four of flags, four of the length of no extension; a row of -1 fields.
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_ROWS_AT_A_TIME = 100_000
Column = NDArray[Any]


def server_cursor() -> Cursor:
    """Return a cursor whose values travel in binary; Django's own writes them into the query."""
    connection.ensure_connection()
    return Cursor(connection.connection)


def read_columns(query: str, parameters: Sequence[Any], **columns: str) -> list[Column]:
    """Return the columns of a query as arrays, given their names and numpy types.

    Types are big-endian numbers (``>i8``) or bytes of one length (``V32``); no value may be null.
    The server gathers the rows in memory, so a caller asks for some 10,000 at a time.
    """
    kinds = [np.dtype(kind) for kind in columns.values()]
    gathered = ", ".join(f"array_send(array_agg({name}))" for name in columns)
    with server_cursor() as cursor:
        row = cursor.execute(
            f"SELECT {gathered} FROM ({query}) said", parameters, binary=True
        ).fetchone()
    return [_elements(data, kind) for data, kind in zip(row, kinds, strict=True)]


def _elements(array: bytes | None, kind: np.dtype[Any]) -> Column:
    """Return the elements of an array in PostgreSQL's binary form; of no rows there is none."""
    if array is None:
        return np.empty(0, kind)
    stored = np.dtype([("length", _LENGTH), ("value", kind)])
    found = np.frombuffer(array, stored, offset=_ARRAY_HEADER_BYTES)
    if np.any(found["length"] != kind.itemsize):
        raise ValueError(f"A value is null, or has other than {kind.itemsize} bytes.")
    return found["value"]


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
