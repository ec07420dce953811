"""The static schedule."""

from importlib import import_module

import pytest
from django.conf import settings

from config.schedule import ENTRIES, beat_schedule


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.task)
def test_a_scheduled_task_exists(entry) -> None:
    module, name = entry.task.rsplit(".", 1)

    task = getattr(import_module(module), name)

    assert task.name == entry.task


def test_an_unheard_ring_is_dropped_soon() -> None:
    rings = beat_schedule().values()

    assert all(5 <= ring["options"]["expires"] <= 120 for ring in rings)


def test_a_task_ends_before_its_message_is_taken_for_lost() -> None:
    assert settings.CELERY_TASK_TIME_LIMIT < settings.VISIBILITY_TIMEOUT_S / 2
    assert (
        settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
        == settings.VISIBILITY_TIMEOUT_S
    )
