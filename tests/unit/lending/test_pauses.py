"""Up to when grace has ended: the numbers are those of contracts/test/oracle/GraceCutoff.t.sol."""

import pytest

from lending.domain.clock import PAUSE_LENGTH_S
from lending.domain.pauses import NO_PAUSES, Pauses

START = 1_700_000_000
DAY = 86_400
GRACE = 15 * DAY
LAPSED = (START, START + PAUSE_LENGTH_S)
SECOND = (START + 11 * DAY, START + 12 * DAY)


def cutoff(pauses, now, grace=GRACE):
    return pauses.grace_cutoff(now, grace=grace)


def test_without_a_pause_grace_ended_its_seconds_ago():
    assert cutoff(NO_PAUSES, START) == START - GRACE
    assert cutoff(NO_PAUSES, START, grace=0) == START


def test_no_due_date_has_a_grace_that_began_before_all_time():
    assert cutoff(NO_PAUSES, DAY) == 0


def test_grace_stands_while_a_pause_runs_and_not_a_second_longer():
    paused = Pauses(spans=(LAPSED,))

    ends = [cutoff(paused, START + after) for after in (0, 1, PAUSE_LENGTH_S, PAUSE_LENGTH_S + 1)]

    assert ends == [START - GRACE] * 3 + [START - GRACE + 1]


@pytest.mark.parametrize(
    ("spans", "stopped"),
    [
        ((LAPSED,), PAUSE_LENGTH_S),
        (((START, START + 2 * DAY),), 2 * DAY),
        ((LAPSED, SECOND), PAUSE_LENGTH_S + DAY),
        (((START, START + DAY), (START + DAY, START + DAY + PAUSE_LENGTH_S)), 8 * DAY),
    ],
    ids=["lapsed", "ended early", "two in one grace", "renewed while it ran"],
)
def test_every_second_of_a_pause_lengthens_grace_by_one(spans, stopped):
    due, pauses = START - 5 * DAY, Pauses(spans=spans)
    end = due + GRACE + stopped

    assert cutoff(pauses, end - 1) == due - 1
    assert cutoff(pauses, end) == due


def test_what_was_due_within_a_pause_has_its_whole_grace_after_it():
    pauses = Pauses(spans=(LAPSED,))
    end = START + PAUSE_LENGTH_S + GRACE

    assert cutoff(pauses, end - 1) < START
    assert cutoff(pauses, end) == START + PAUSE_LENGTH_S


def test_pauses_before_the_grace_count_for_nothing():
    pauses = Pauses(spans=(LAPSED, SECOND))

    assert cutoff(pauses, START + 300 * DAY) == START + 300 * DAY - GRACE
