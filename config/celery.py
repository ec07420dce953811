"""The Celery application. Its messages are doorbells: they carry ids, and tasks re-read state."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ballast")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class StaticScheduler(Scheduler):
    """Celery's scheduler without a file: the schedule is code, and a missed ring stays missed."""


@worker_ready.connect
@beat_init.connect
def tell_that_we_are_ready(**received: Any) -> None:
    """Make the file that the embedded stack waits for."""
    if ready_file := os.environ.get("BALLAST_READY_FILE"):
        Path(ready_file).touch()
