"""Singletons by PostgreSQL's advisory locks: dropped with their transaction, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection, transaction

NAMESPACE = 0x5E77


class Singleton(IntEnum):
    """What only one worker at a time does."""

    CONFIRM = 2
    READ = 3
    SIGNERS = 4
    BEAT = 5


@contextmanager
def singleton(which: Singleton, *, wait: bool = False) -> Iterator[bool]:
    """Open a transaction and say whether it is the only one of its kind.

    With `wait` it waits to be, until PostgreSQL's `lock_timeout` ends that with an error.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            if wait:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, which])
                taken = True
            else:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [NAMESPACE, which])
                (taken,) = cursor.fetchone()
        yield taken
