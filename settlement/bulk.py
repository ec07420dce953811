"""Many rows in one statement, and bytes that travel as they are.

Django writes values into the text of a statement: bytes as twice as many hexadecimal digits, which
PostgreSQL reads back. For what is mostly bytes that is most of the work (docs/decisions/0050).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from django.db import connection
from django.db.models import Field, Model
from psycopg import Copy, Cursor


def append(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows (`COPY`); values are as PostgreSQL takes them, JSON as text."""
    with _copying(model, columns) as copy:
        for row in rows:
            copy.write_row(row)


def append_text(model: type[Model], columns: Sequence[str], parts: Iterable[str]) -> None:
    """Append rows that are already lines of `COPY`'s text format, many in each part."""
    with _copying(model, columns) as copy:
        for part in parts:
            copy.write(part)


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one model, and give them keys unless they have them: a lean `bulk_create`.

    Values must be plain ones, not expressions; what has a default in the database gets that. Raises
    `IntegrityError` as `bulk_create` does.
    """
    if not rows:
        return
    model, fields = type(rows[0]), _inserted(type(rows[0]))
    if rows[0].pk is None:
        for row, key in zip(rows, _keys(model, len(rows)), strict=True):
            row.pk = key
    with _copying(model, [field.column for field in fields], "(FORMAT BINARY)") as copy:
        copy.set_types([_type_of(field) for field in fields])
        for row in rows:
            copy.write_row([field.pre_save(row, add=True) for field in fields])
    for row in rows:
        row._state.adding = False


def numbers(values: Iterable[int]) -> str:
    """Return whole numbers as PostgreSQL reads an array: a driver's look at each costs far more."""
    return "{" + ",".join(map(str, values)) + "}"


def execute(statement: str, parameters: Sequence[object]) -> None:
    """Execute a statement with its parameters beside it."""
    with connection.wrap_database_errors:
        Cursor(connection.connection).execute(statement.encode(), parameters)


def upsert(rows: Sequence[Model]) -> None:
    """Insert rows of one model, or overwrite those with the same primary key.

    The key must be given, and each occur once. Fields of JSON are not for this.
    """
    if not rows:
        return
    model = type(rows[0])
    execute(_upsert_of(model), [_column(field, rows) for field in _fields(model)])


def _keys(model: type[Model], count: int) -> list[int]:
    """Take so many keys of the model's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


@cache
def _inserted(model: type[Model]) -> Sequence[Field]:
    return [field for field in _fields(model) if not field.has_db_default()]


@cache
def _type_of(field: Field) -> str:
    """Return the name of a column's type without its length, which COPY's binary form needs."""
    return re.sub(r"\([\d, ]+\)", "", field.db_type(connection))


def _fields(model: type[Model]) -> Sequence[Field]:
    return model._meta.concrete_fields


def _column(field: Field, rows: Sequence[Model]) -> object:
    values = [getattr(row, field.attname) for row in rows]
    if all(type(value) is int for value in values):
        return numbers(values)
    return [field.get_prep_value(value) for value in values]


@contextmanager
def _copying(model: type[Model], columns: Sequence[str], form: str = "") -> Iterator[Copy]:
    named = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{model._meta.db_table}" ({named}) FROM STDIN {form}'
    # What COPY raises goes past Django, which would name it as its own.
    known = connection.wrap_database_errors
    with known, connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield copy


@cache
def _upsert_of(model: type[Model]) -> str:
    fields = _fields(model)
    named = ", ".join(f'"{field.column}"' for field in fields)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    changes = ", ".join(
        f'"{field.column}" = excluded."{field.column}"' for field in fields if not field.primary_key
    )
    key = next(field.column for field in fields if field.primary_key)
    return (
        f'INSERT INTO "{model._meta.db_table}" ({named}) SELECT * FROM unnest({arrays}) '
        f'ON CONFLICT ("{key}") DO UPDATE SET {changes}'
    )
