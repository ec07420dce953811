"""Rows written by COPY, and statements whose bytes travel as they are.

Django writes values into the text of a statement: bytes as twice as many hexadecimal digits, which
PostgreSQL reads back. For what is mostly bytes that is most of the work (docs/decisions/0050).
"""

from collections.abc import Sequence

from django.db import connection, models
from psycopg import Cursor, sql


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model and give them their keys: `bulk_create` at a third of its cost.

    Values must be plain ones, not expressions. Raises `IntegrityError` as `bulk_create` does.
    """
    if not rows:
        return
    model = type(rows[0])
    for row, key in zip(rows, _keys(model, len(rows)), strict=True):
        row.pk = key
        row._state.adding = False
    fields = model._meta.concrete_fields
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
    )
    # What COPY raises goes past Django, which would name it as its own.
    known = connection.wrap_database_errors
    with known, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [
                    field.get_db_prep_save(field.pre_save(row, add=True), connection)
                    for field in fields
                ]
            )


def execute(statement: str, parameters: Sequence[object]) -> None:
    """Execute a statement with its parameters beside it."""
    with connection.wrap_database_errors:
        Cursor(connection.connection).execute(statement.encode(), parameters)


def _keys(model: type[models.Model], count: int) -> list[int]:
    """Take so many keys of the model's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]
