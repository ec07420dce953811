"""What an aggregator says counts only complete, fresh, of the right scale and within its bounds."""

from dataclasses import replace

import pytest

from contracts.aggregators import AggregatorRound
from oracles.domain.aggregators import AggregatorTerms, refuse_down, refuse_round
from oracles.domain.errors import ObservationRefused
from tests.unit.oracles.factories import NOW

TERMS = AggregatorTerms(decimals=8, heartbeat_s=3_600)
TOLD = AggregatorRound(
    block=7,
    block_hash="0x" + "77" * 32,
    decimals=8,
    round_id=41,
    answer=3_000 * 10**8,
    started_at=NOW - 100,
    updated_at=NOW - 60,
    answered_in_round=41,
    min_answer=10**8,
    max_answer=10_000 * 10**8,
)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"updated_at": NOW - 3_600},
        {"updated_at": NOW + 60},
        {"answer": 10**8 + 1},
        {"answer": 10_000 * 10**8 - 1},
        {"answered_in_round": 42},
        {"min_answer": None, "max_answer": None},
        # A lower bound of one is none: newer aggregators keep the field and do not use it.
        {"min_answer": 1, "answer": 1},
    ],
)
def test_a_round_within_the_rules_counts(fields):
    assert refuse_round(replace(TOLD, **fields), terms=TERMS, now=NOW) is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"updated_at": 0}, "ROUND_INCOMPLETE"),
        ({"started_at": 0}, "ROUND_INCOMPLETE"),
        ({"answered_in_round": 40}, "ROUND_INCOMPLETE"),
        ({"updated_at": NOW - 3_601}, "STALE"),
        ({"updated_at": NOW + 61}, "FUTURE_DATED"),
        ({"decimals": 18}, "BAD_SCALE"),
        ({"answer": 0}, "NOT_POSITIVE"),
        ({"answer": -1}, "NOT_POSITIVE"),
        ({"answer": 10**8}, "AT_BOUND"),
        ({"answer": 10_000 * 10**8}, "AT_BOUND"),
    ],
)
def test_any_other_round_is_refused_with_its_code(fields, code):
    with pytest.raises(ObservationRefused) as refused:
        refuse_round(replace(TOLD, **fields), terms=TERMS, now=NOW)

    assert refused.value.code == code


def test_our_own_bounds_narrow_those_of_the_aggregator():
    terms = replace(TERMS, min_answer=2_000 * 10**8, max_answer=3_000 * 10**8)

    with pytest.raises(ObservationRefused) as refused:
        refuse_round(TOLD, terms=terms, now=NOW)

    assert refused.value.code == "AT_BOUND"


def test_prices_count_once_the_sequencer_has_been_up_for_the_grace_period():
    up = replace(TOLD, answer=0, started_at=NOW - 3_601)

    assert refuse_down(up, grace_s=3_600, now=NOW) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": 1, "started_at": NOW - 9_000},
        {"answer": 0, "started_at": 0},
        {"answer": 0, "started_at": NOW - 3_600},
    ],
)
def test_prices_of_a_sequencer_that_is_or_was_just_down_are_refused(fields):
    with pytest.raises(ObservationRefused) as refused:
        refuse_down(replace(TOLD, **fields), grace_s=3_600, now=NOW)

    assert refused.value.code == "SEQUENCER_DOWN"
