"""Sources are asked when they are due, and left alone when they fail."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from oracles import services
from oracles.models import Observation, SourceFeed, Verdict
from oracles.services.polling import BREAKER_FAILURES, BREAKER_OPEN_FOR
from tests.unit.oracles.factories import NOW, USD

CLOCK = timezone.now()


@pytest.fixture
def feed(source, url):
    return SourceFeed.objects.create(
        source=source,
        url=url,
        hosts=["source.example"],
        defaults={"kind": "appraisal", "unit": "usd", "scale": 2},
    )


@pytest.fixture
def say(server):
    def answer(*rows, **fields):
        body = json.dumps({"observations": list(rows)} | fields).encode()
        server.answer = lambda source: source.reply(body)

    return answer


@pytest.fixture
def poll(feed, make_asking):
    def ask(now=NOW, clock=CLOCK):
        return services.poll_feed(feed_id=feed.pk, now=now, clock=clock, by=make_asking(now))

    return ask


def row(asset, value="12345600", **fields):
    return {"asset": str(asset.token_id), "value": value, "observed_at": NOW - 60} | fields


def test_what_a_source_says_is_recorded_with_the_hash_of_its_document(make_asset, say, poll):
    asset = make_asset()
    say(row(asset))

    report = poll()

    kept = Observation.objects.get(source__slug="desk")
    assert report.accepted == 1
    assert (kept.asset, kept.amount, kept.scale) == (asset, 123_456 * USD, 2)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"value": "NaN"}, "NOT_A_NUMBER"),
        ({"value": float("nan")}, "NOT_A_NUMBER"),
        ({"value": "1e30"}, "NOT_A_NUMBER"),
        ({"value": str(10**30)}, "TOO_LARGE"),
        ({"value": 10**30}, "TOO_LARGE"),
        ({"value": 0}, "NOT_POSITIVE"),
        ({"value": "-5"}, "NOT_POSITIVE"),
        ({"value": "28.500"}, "AMBIGUOUS_NUMBER"),
        ({"value": 28.5}, "AMBIGUOUS_NUMBER"),
        ({"value": None}, "NOT_A_NUMBER"),
        ({"value": [1]}, "NOT_A_NUMBER"),
        ({"scale": 19}, "BAD_SCALE"),
        ({"scale": "two"}, "BAD_SCALE"),
        ({"scale": True}, "BAD_SCALE"),
        ({"observed_at": NOW + 3_600}, "FUTURE_DATED"),
        ({"observed_at": "yesterday"}, "BAD_TIME"),
        ({"observed_at": 10**30}, "BAD_TIME"),
        ({"currency": "EUR"}, "NO_EXCHANGE_RATE"),
        ({"currency": "??"}, "NO_EXCHANGE_RATE"),
        ({"kind": "guess"}, "KIND_UNKNOWN"),
        ({"unit": "eur"}, "UNIT_UNKNOWN"),
        ({"unit": "eth"}, "UNIT_MISMATCH"),
    ],
)
def test_a_row_that_may_not_move_a_value_is_refused_and_kept(make_asset, say, poll, fields, code):
    asset, other = make_asset(), make_asset()
    say(row(asset, **fields), row(other))

    report = poll()

    assert [one.code for one in report.refused] == [code]
    assert report.accepted == 1
    assert Observation.objects.get(verdict=Verdict.REFUSED).code == code


@pytest.mark.parametrize("asset", ["7", "house", "0xzz", str(2**256), "", None])
def test_an_asset_that_is_none_is_named(say, poll, asset):
    say({"asset": asset, "value": "5", "observed_at": NOW})

    assert [one.code for one in poll().refused] == ["ASSET_UNKNOWN"]


def test_other_currencies_are_brought_to_dollars_by_the_rate_of_their_day(
    make_asset, say, poll, record_rate
):
    asset = make_asset()
    for age, rate in ((8 * 86_400, "1.5"), (3_600, "1.1"), (-30, "1.3")):
        record_rate("EUR", rate, observed_at=NOW - 60 - age)
    say(row(asset, value="10000001", currency="EUR"))

    poll()

    kept = Observation.objects.get(source__slug="desk")
    assert (kept.currency, kept.value, kept.amount) == ("EUR", 10_000_001, 110_000_011_000)


def test_the_same_words_again_change_nothing(make_asset, say, poll, feed):
    say(row(make_asset()))
    poll()

    again = poll(now=NOW + feed.every_s)

    assert (again.accepted, again.repeated) == (0, 1)


def test_a_slot_is_asked_in_once(say, poll, server):
    say()
    poll()

    assert poll() is None
    assert len(server.asked) == 1


def test_slots_that_were_missed_are_caught_up_by_one_asking(say, poll, feed, server):
    say()
    poll()
    late = NOW + 10 * feed.every_s

    due = services.due_feeds(now=late, clock=CLOCK)
    poll(now=late)

    assert due == [feed.pk]
    assert services.due_feeds(now=late, clock=CLOCK) == []
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>", "NOT_JSON"),
        (b"{", "NOT_JSON"),
        (b"5", "WRONG_SHAPE"),
        (b'{"prices": []}', "WRONG_SHAPE"),
        (b'{"observations": [5]}', "WRONG_SHAPE"),
        (b"[" * 90_000, "NOT_JSON"),
    ],
)
def test_an_answer_that_cannot_be_read_is_a_failure_with_its_code(server, poll, feed, body, code):
    server.answer = lambda source: source.reply(body)

    assert poll() is None
    feed.refresh_from_db()
    assert (feed.last_code, feed.failures) == (code, 1)


def test_five_failures_open_the_breaker_and_one_answer_closes_it(server, poll, say, feed):
    server.answer = lambda source: source.reply(status=500)
    for _ in range(BREAKER_FAILURES):
        poll()

    poll()
    asked_while_open = len(server.asked)
    say()
    answered = poll(clock=CLOCK + BREAKER_OPEN_FOR)

    feed.refresh_from_db()
    assert asked_while_open == BREAKER_FAILURES
    assert answered is not None
    assert (feed.failures, feed.open_until, feed.last_code) == (0, None, "")


def test_a_failure_after_the_pause_opens_the_breaker_again(server, poll, feed):
    server.answer = lambda source: source.reply(status=500)
    for _ in range(BREAKER_FAILURES):
        poll()
    later = CLOCK + BREAKER_OPEN_FOR

    poll(clock=later)

    assert services.due_feeds(now=NOW, clock=later + timedelta(minutes=9)) == []
    assert services.due_feeds(now=NOW, clock=later + BREAKER_OPEN_FOR) == [feed.pk]


def test_a_source_switched_off_is_not_asked(feed, poll, source, server):
    source.active = False
    source.save()

    assert services.due_feeds(now=NOW, clock=CLOCK) == []
    assert poll() is None
    assert server.asked == []
