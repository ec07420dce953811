"""Many rows in one statement: what the event reader writes at a step's end."""

from collections.abc import Iterable, Sequence
from functools import cache

from django.db import connection
from django.db.models import Field, Model


def append(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows (`COPY`); values are as PostgreSQL takes them, JSON as text."""
    named = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{model._meta.db_table}" ({named}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def upsert(rows: Sequence[Model]) -> None:
    """Insert rows of one model, or overwrite those with the same primary key.

    The key must be given, and each occur once. Fields of JSON are not for this.
    """
    if not rows:
        return
    model = type(rows[0])
    columns = [
        [field.get_prep_value(getattr(row, field.attname)) for row in rows]
        for field in _fields(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_upsert_of(model), columns)


def _fields(model: type[Model]) -> Sequence[Field]:
    return model._meta.concrete_fields


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
