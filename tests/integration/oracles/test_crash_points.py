"""Whatever process dies between whichever steps: one number never gets two roots."""

from collections import defaultdict
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from oracles import services
from oracles.domain.errors import RoundRefused
from oracles.domain.rounds import recompute
from oracles.models import PublisherLease, Round, RoundStatus, SignedRound, Valuation
from oracles.services.leasing import holds_lease, publisher_lease
from oracles.services.rounds import commit_round
from settlement.models import Batch
from tests.unit.oracles.factories import NOW, USD

pytestmark = [
    pytest.mark.usefixtures("deployment"),
    pytest.mark.django_db(transaction=True),
]


# Every third statement to the database; each of the steps is several.
STRIDE = 3


class Killed(BaseException):
    """The end of a process: nothing catches it on the way."""


class KillAt:
    """Lets so many statements through to the database, then ends the process."""

    def __init__(self, statements):
        self.left = statements

    def __call__(self, execute, sql, params, many, context):
        if self.left == 0:
            raise Killed
        self.left -= 1
        return execute(sql, params, many, context)


def run_round(now, wallets):
    """Take a round through all its steps, as processes that know nothing of each other do."""
    opened = services.open_round(observed_at=now)
    services.record_missing_values()
    for wallet in wallets[:5]:
        services.report(round=opened, wallet=wallet)
    services.publish_ready_rounds()
    return opened


def free_the_lease():
    """Let the lease of a killed process run out."""
    PublisherLease.objects.update(until=None)


@pytest.fixture
def world(make_asset, said, chain_clock, reporters):
    asset = make_asset()

    def hear(value, at):
        services.record_observations(
            observations=[said(asset, value, observed_at=at)], now=NOW + 10_000
        )

    hear(110_000 * USD, NOW - 60)
    return hear


def test_a_round_has_one_root_wherever_the_process_is_killed(world, reporters, monkeypatch):
    published = []
    monkeypatch.setattr(
        "oracles.services.publishing.submit_call", lambda **call: published.append(call)
    )
    killed_at, roots = 0, defaultdict(set)
    while True:
        with connection.execute_wrapper(KillAt(killed_at)):
            try:
                run_round(NOW + killed_at, reporters)
                break
            except Killed:
                killed_at += STRIDE
        # Something new is heard in the meantime, so that a second root would be another one.
        world((110_000 + killed_at) * USD, NOW - 59 + killed_at)
        free_the_lease()

    for one in SignedRound.objects.all():
        roots[one.number].add(one.root)
    assert killed_at > 40
    assert {number: len(found) for number, found in roots.items()} == {1: 1}
    assert {call["args"][0]["root"] for call in published} == roots[1]
    assert Valuation.objects.filter(round__status=RoundStatus.SIGNING).count() == 1


def test_rows_that_a_killed_opener_did_not_write_are_written_later(world):
    opened, _, _ = commit_round(observed_at=NOW)
    before = Valuation.objects.count()

    written = services.record_missing_values()

    assert (before, written, services.record_missing_values()) == (0, 1, 0)
    assert Valuation.objects.get().round == opened


def test_values_recorded_late_are_those_recorded_at_once(world):
    services.open_round(observed_at=NOW)
    fields = [one.name for one in Valuation._meta.fields if one.name != "id"]
    at_once = list(Valuation.objects.values_list(*fields))
    Valuation.objects.all().delete()

    services.record_missing_values()

    assert list(Valuation.objects.values_list(*fields)) == at_once


def test_one_process_publishes_at_a_time(world, reporters):
    opened = services.open_round(observed_at=NOW)
    for wallet in reporters[:5]:
        services.report(round=opened, wallet=wallet)

    with publisher_lease() as token:
        queued = services.publish_round(round=opened)

    assert token is not None
    assert not queued
    assert not Batch.objects.exists()
    assert services.publish_round(round=opened)


def test_a_publisher_that_was_taken_over_is_fenced_off(db):
    with publisher_lease() as slow:
        free_the_lease()
        with publisher_lease() as quick:
            held = [holds_lease_now(token) for token in (slow, quick)]

    assert held == [False, True]


def holds_lease_now(token):
    with transaction.atomic():
        return holds_lease(token)


def test_a_round_cannot_be_opened_twice_for_one_number(world):
    with patch("oracles.services.rounds._stands", return_value=True):
        first = services.open_round(observed_at=NOW)
        again = services.open_round(observed_at=NOW + 1)

    assert first == again
    assert Round.objects.count() == 1


def test_a_round_computed_while_another_was_published_is_refused(world, monkeypatch):
    def meanwhile(content):
        result = recompute(content)
        Round.objects.create(
            number=1,
            status=RoundStatus.PUBLISHED,
            observed_at=NOW,
            published_at=NOW,
            root="0x" + "12" * 32,
            content_hash="0x" + "34" * 32,
        )
        return result

    monkeypatch.setattr("oracles.services.rounds.recompute", meanwhile)

    with pytest.raises(RoundRefused) as refused:
        services.open_round(observed_at=NOW)

    assert refused.value.code == "OVERTAKEN"
    assert Round.objects.count() == 1
