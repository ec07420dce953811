"""How long clocks stood still: the numbers are those of contracts/test/oracle/Pause.t.sol."""

import pytest

from lending.domain.clock import PAUSE_LENGTH_S, Clock

START = 1_700_000_000
HOUR = 3_600
DAY = 24 * HOUR
TTL = 36 * HOUR


def first_round(at=START):
    return Clock().published(round_number=1, at=at, ttl=TTL)


def stopped(clock, after):
    return clock.stopped_at(START + after, ttl=TTL)


def test_before_the_first_round_nothing_stands_still():
    assert Clock().stopped_at(START + 30 * DAY, ttl=TTL) == 0


def test_silence_starts_one_second_after_ttl():
    clock = first_round()

    assert [stopped(clock, TTL), stopped(clock, TTL + 1)] == [0, 1]


def test_a_late_round_books_the_gap():
    clock = first_round().published(round_number=2, at=START + TTL + 500, ttl=TTL)

    assert stopped(clock, TTL + 500 + TTL) == 500
    assert stopped(clock, TTL + 500 + TTL + 7) == 507


@pytest.mark.parametrize(("after", "expected"), [(1, 1), (7 * DAY, 7 * DAY), (19 * DAY, 7 * DAY)])
def test_a_pause_counts_its_length_and_no_more(after, expected):
    assert stopped(Clock().paused(at=START, ttl=TTL), after) == expected


def test_a_pause_that_was_ended_counts_until_then():
    clock = Clock().paused(at=START, ttl=TTL).resumed(at=START + 100, ttl=TTL)

    assert stopped(clock, 200) == 100


def test_a_pause_within_silence_counts_nothing_more():
    clock = first_round().paused(at=START + TTL + DAY, ttl=TTL)

    ended = clock.resumed(at=START + TTL + 3 * DAY, ttl=TTL)

    assert stopped(clock, TTL + 3 * DAY) == 3 * DAY
    assert stopped(ended, TTL + 3 * DAY + 10) == 3 * DAY + 10


def test_silence_that_begins_within_a_pause_counts_on_after_it():
    clock = first_round().paused(at=START + 12 * HOUR, ttl=TTL)

    late = 12 * HOUR + PAUSE_LENGTH_S + 3 * DAY
    published = clock.published(round_number=2, at=START + late, ttl=TTL)

    assert stopped(clock, late) == PAUSE_LENGTH_S + 3 * DAY
    assert stopped(published, late + TTL) == PAUSE_LENGTH_S + 3 * DAY


def test_a_round_within_a_pause_books_what_has_passed_and_the_rest_runs_on():
    clock = first_round().paused(at=START + DAY, ttl=TTL)

    published = clock.published(round_number=2, at=START + DAY + 8 * HOUR, ttl=TTL)

    assert stopped(published, DAY + 8 * HOUR) == 8 * HOUR
    assert stopped(published, DAY + 9 * HOUR) == 9 * HOUR


def test_a_void_within_a_pause_loses_nothing():
    two = first_round().published(round_number=2, at=START + 6 * HOUR, ttl=TTL)
    paused = two.paused(at=START + 6 * HOUR, ttl=TTL)

    voided = paused.voided(at=START + 8 * HOUR, ttl=TTL)

    assert (voided.newest, voided.previous) == (1, 0)
    assert stopped(voided, 8 * HOUR) == 2 * HOUR
    assert stopped(voided, 11 * HOUR) == 5 * HOUR


def test_a_renewed_pause_loses_no_second_and_counts_none_twice():
    clock = Clock().paused(at=START, ttl=TTL).paused(at=START + 5 * DAY, ttl=TTL)

    assert stopped(clock, 5 * DAY) == 5 * DAY
    assert stopped(clock, 20 * DAY) == 5 * DAY + PAUSE_LENGTH_S
