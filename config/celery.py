"""The Celery application. Its messages are doorbells: they carry ids, and tasks re-read state."""

import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from celery import Celery, Task
from celery.beat import ScheduleEntry, Scheduler
from celery.exceptions import Ignore
from celery.signals import beat_init, task_postrun, worker_ready
from django.db import connections

from config.leadership import TRY_AGAIN_S, Leadership

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# They load every page. Whoever starts the processes runs them (`manage.py check`), not each worker.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class CappedTask(Task):
    """A task whose message is dropped when it has killed too many workers.

    Only a message that comes again costs a look into the database.
    """

    abstract = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Count a message that was delivered again, and refuse it beyond the cap."""
        again = (self.request.delivery_info or {}).get("redelivered")
        if again and not poison().may_run(task=self.name, ids=args):
            raise Ignore

    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None:
        """Forget the deaths of a message that has been worked off."""
        if (self.request.delivery_info or {}).get("redelivered"):
            poison().worked_off(task=self.name, ids=args)


def poison() -> ModuleType:
    """Return the service that counts; its models can be loaded only once Django is set up."""
    return import_module("settlement.services.poison")


app = Celery("ballast", task_cls=CappedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery would end a process's pool of connections before and after each task; beginning a session
# in PostgreSQL anew costs more than most tasks do (docs/decisions/0078).
app.conf.CELERY_DB_REUSE_MAX = sys.maxsize
# All apps' tasks, or those that a worker's queues bring, so that it starts sooner.
named = os.environ.get("WORKER_APPS")
app.autodiscover_tasks(named.split(",") if named else None)


class DueAtStart(ScheduleEntry):
    """An entry that rings as soon as the clock runs: what waits since a crash waits no longer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "last_run_at": kwargs.get("last_run_at") or LONG_AGO})


class StaticScheduler(Scheduler):
    """Celery's scheduler without a file: the schedule is code, and a missed ring stays missed.

    Of several on several machines one rings: the one that holds the lock in PostgreSQL.
    """

    Entry = DueAtStart

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leadership = Leadership()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Ring what is due, if this is the one that rings; return seconds until the next look."""
        if not self.leadership.is_held():
            return TRY_AGAIN_S
        return float(super().tick(*args, **kwargs))


@task_postrun.connect
def give_connections_back(**received: Any) -> None:
    """Give the task's connection back to the pool, which throws a broken one away.

    A task that runs within its caller works in the caller's transaction.
    """
    if not received["task"].request.is_eager:
        connections.close_all()


@worker_ready.connect
@beat_init.connect
def tell_that_we_are_ready(**received: Any) -> None:
    """Make the file that the embedded stack waits for."""
    if ready_file := os.environ.get("BALLAST_READY_FILE"):
        Path(ready_file).touch()
