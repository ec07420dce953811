"""Doorbells: heard after commit, once, and never an error."""

import pytest
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from settlement import doorbell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch):
    """Messages that were sent."""
    messages = []
    monkeypatch.setattr(Task, "apply_async", lambda task, **options: messages.append(task.name))
    return messages


def test_a_bell_is_rung_only_after_commit(rung):
    with transaction.atomic():
        doorbell.ring("settlement.tasks.confirm_batches")
        assert rung == []

    assert rung == ["settlement.tasks.confirm_batches"]


def test_a_bell_is_rung_once_for_a_transaction(rung):
    with transaction.atomic():
        for _ in range(3):
            doorbell.ring("settlement.tasks.confirm_batches")

    assert len(rung) == 1


def test_a_transaction_that_fails_rings_nothing_and_the_next_one_does(rung):
    with pytest.raises(RuntimeError), transaction.atomic():
        doorbell.ring("settlement.tasks.confirm_batches")
        raise RuntimeError

    assert rung == []
    doorbell.ring("settlement.tasks.confirm_batches")
    assert len(rung) == 1


def test_a_broker_that_is_down_is_no_error(monkeypatch):
    def refuse(task, **options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(Task, "apply_async", refuse)

    with transaction.atomic():
        doorbell.ring("settlement.tasks.confirm_batches")
