"""Which of several clocks rings: the one that holds a lock of its own session in PostgreSQL."""

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from settlement.locks import NAMESPACE, Singleton

TRY_AGAIN_S = 1.0


class Leadership:
    """A lock that lasts as long as its connection, and so ends with its process."""

    def __init__(self) -> None:
        self._session: BaseDatabaseWrapper | None = None

    def is_held(self) -> bool:
        """Tell whether this process leads; take the lead when nobody has it."""
        try:
            return self._ask("SELECT 1") if self._session else self._take()
        except DatabaseError:
            self.give_up()
            return False

    def give_up(self) -> None:
        """Close the session, and with it the lock."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _take(self) -> bool:
        self._session = connection.copy()
        held = self._ask("SELECT pg_try_advisory_lock(%s, %s)", [NAMESPACE, Singleton.BEAT])
        if not held:
            self.give_up()
        return held

    def _ask(self, question: str, parameters: list[int] | None = None) -> bool:
        assert self._session is not None
        with self._session.cursor() as cursor:
            cursor.execute(question, parameters)
            return bool(cursor.fetchone()[0])
