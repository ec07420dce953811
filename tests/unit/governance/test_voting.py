"""Where a proposal stands, at each edge of its stations."""

import pytest

from governance.domain.voting import Ballot, Standing, quorum

START, END = 1_000, 2_000
QUORUM = 100


def ballot(**changed):
    return Ballot(**{"vote_start": START, "vote_end": END, "quorum": QUORUM} | changed)


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (START, Standing.PENDING),
        (START + 1, Standing.ACTIVE),
        (END, Standing.ACTIVE),
        (END + 1, Standing.DEFEATED),
    ],
)
def test_votes_count_after_the_start_up_to_the_end_itself(now, standing):
    assert ballot().standing(now) == standing


@pytest.mark.parametrize(
    ("votes", "standing"),
    [
        ({"votes_for": QUORUM}, Standing.SUCCEEDED),
        ({"votes_for": QUORUM - 1}, Standing.DEFEATED),
        ({"votes_for": 1, "votes_abstain": QUORUM - 1}, Standing.SUCCEEDED),
        ({"votes_for": QUORUM, "votes_against": QUORUM}, Standing.DEFEATED),
        ({"votes_for": QUORUM + 1, "votes_against": QUORUM}, Standing.SUCCEEDED),
        ({"votes_for": 1, "votes_against": QUORUM}, Standing.DEFEATED),
    ],
)
def test_it_passes_with_a_quorum_and_more_for_than_against(votes, standing):
    assert ballot(**votes).standing(END + 1) == standing


def test_it_is_queued_executed_or_taken_back_as_told():
    passed = {"votes_for": QUORUM}

    assert ballot(**passed, executable_from=3_000).standing(END + 1) == Standing.QUEUED
    assert ballot(**passed, executed=True).standing(END + 1) == Standing.EXECUTED
    assert ballot(canceled=True).standing(START) == Standing.CANCELED


def test_the_quorum_is_a_share_of_all_votes():
    assert quorum(4) == 4_000_000 * 10**18
