"""Poisoned messages are capped, and of several clocks one rings."""

import pytest
from celery import current_app
from celery.exceptions import Ignore
from django.db import connections

from config.celery import StaticScheduler, app
from config.leadership import Leadership
from settlement.models import Incident, IncidentKind, RedeliveredTask
from settlement.services import poison

TASK = "settlement.tasks.pump_signer"


@pytest.fixture
def task():
    found = current_app.tasks[TASK]
    found.push_request(delivery_info={"redelivered": True})
    yield found
    found.pop_request()


@pytest.mark.django_db
def test_a_message_that_comes_again_is_worked_on_five_times_and_no_more(task):
    for _ in range(poison.MOST_TIMES):
        task.before_start("id", [3], {})

    for _ in range(2):
        with pytest.raises(Ignore):
            task.before_start("id", [3], {})

    incident = Incident.objects.get()
    assert incident.kind == IncidentKind.POISONED_TASK
    assert "settlement.tasks.pump_signer(3)" in incident.sentence


@pytest.mark.django_db
def test_other_ids_are_another_message(task):
    for _ in range(poison.MOST_TIMES + 1):
        poison.may_run(task=TASK, ids=[3])

    assert poison.may_run(task=TASK, ids=[4])


@pytest.mark.django_db
def test_a_message_that_was_worked_off_starts_anew(task):
    task.before_start("id", [3], {})

    task.on_success(None, "id", [3], {})

    assert not RedeliveredTask.objects.exists()


@pytest.mark.django_db
def test_a_message_that_comes_for_the_first_time_is_not_counted():
    task = current_app.tasks[TASK]
    task.push_request(delivery_info={"redelivered": False})

    task.before_start("id", [3], {})

    task.pop_request()
    assert not RedeliveredTask.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_of_two_clocks_leads_until_it_gives_up():
    first, second = Leadership(), Leadership()

    assert (first.is_held(), second.is_held()) == (True, False)
    assert first.is_held()
    first.give_up()
    assert (second.is_held(), first.is_held()) == (True, False)
    second.give_up()


@pytest.mark.django_db(transaction=True)
def test_a_clock_whose_line_was_cut_leads_no_longer():
    first, second = Leadership(), Leadership()
    assert first.is_held()
    first._session.connection.close()

    assert not first.is_held()
    assert second.is_held()
    second.give_up()
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_does_not_lead_rings_nothing(monkeypatch):
    leader = Leadership()
    assert leader.is_held()
    rung = []
    scheduler = StaticScheduler(app=app, lazy=True)
    monkeypatch.setattr(scheduler, "apply_async", lambda *args, **kwargs: rung.append(args))

    wait_s = scheduler.tick()

    assert (rung, wait_s) == ([], 1.0)
    leader.give_up()
