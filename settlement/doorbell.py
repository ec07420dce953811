"""Ringing a task after commit. A lost ring costs a second, until the schedule rings."""

import logging
from dataclasses import dataclass

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ring:
    """One message: a task and the ids it carries."""

    task: str
    ids: tuple[int, ...] = ()

    def __call__(self) -> None:
        """Send the message; a broker that is down is no error of ours."""
        try:
            current_app.tasks[self.task].apply_async(args=self.ids, retry=False)
        except (OperationalError, RedisError, OSError) as error:
            logger.warning("The doorbell of %s was not heard: %s", self.task, error)


def ring(task: str, *ids: int) -> None:
    """Ring the task once this transaction has committed; at once when there is none."""
    wanted = Ring(task, ids)
    if any(waiting[1] == wanted for waiting in connection.run_on_commit):
        return
    transaction.on_commit(wanted)
