"""From observations and the last value to the leaf of this round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.domain.errors import OracleError
from oracles.domain.leaf import ValueStatus
from oracles.domain.movement import Previous
from oracles.domain.parameters import CLASS_MODELS
from oracles.domain.quantities import DAY_S
from oracles.domain.valuation import value_subject
from tests.unit.oracles.factories import NOW, USD, observation, subject

HOUSE = CLASS_MODELS[1]


def valued(*observations, previous=None, observed_at=NOW, elapsed_s=DAY_S, **given):
    return value_subject(
        subject(*observations, previous=previous, **given),
        observed_at=observed_at,
        elapsed_s=elapsed_s,
    )


def test_the_first_value_is_the_estimate():
    found = valued(observation(100_000 * USD))

    assert (found.leaf.value, found.leaf.lower) == (100_000 * USD, 85_000 * USD)
    assert not found.held_back


def test_a_shock_arrives_in_steps_and_is_challenged_until_it_is_near():
    previous = Previous(value=100_000 * USD, lower=85_000 * USD)

    found = valued(observation(60_000 * USD), previous=previous, elapsed_s=30 * DAY_S)

    assert (found.leaf.value, found.leaf.lower) == (90_000 * USD, 76_500 * USD)
    assert (found.target_value, found.target_lower) == (60_000 * USD, 51_000 * USD)
    assert found.held_back
    assert found.leaf.status == ValueStatus.CHALLENGED


def test_a_small_fall_within_one_step_stays_valid():
    previous = Previous(value=100_000 * USD, lower=85_000 * USD)

    found = valued(observation(95_000 * USD), previous=previous)

    assert found.held_back
    assert found.leaf.status == ValueStatus.VALID


def test_a_rise_is_held_back_but_not_challenged():
    previous = Previous(value=100_000 * USD, lower=85_000 * USD)

    found = valued(observation(300_000 * USD), previous=previous)

    assert found.leaf.value == 102_000 * USD
    assert found.leaf.status == ValueStatus.VALID


@pytest.mark.parametrize("status", [ValueStatus.FROZEN, ValueStatus.CHALLENGED])
def test_an_assets_own_status_is_carried(status):
    assert valued(observation(), status=status).leaf.status == status


def test_an_observation_after_the_round_does_not_count():
    assert valued(observation(observed_at=NOW + 1)) is None
    assert valued(observation(observed_at=NOW)) is not None


def test_a_value_ends_with_the_validity_of_its_newest_observation():
    told = observation(observed_at=NOW)

    last = valued(told, observed_at=NOW + HOUSE.valid_for_s - 1)

    assert last.leaf.valid_until == NOW + HOUSE.valid_for_s
    assert valued(told, observed_at=NOW + HOUSE.valid_for_s) is None


def test_without_observations_there_is_no_leaf():
    assert valued() is None


def test_a_class_without_a_model_is_refused():
    with pytest.raises(OracleError) as refused:
        valued(observation(), class_id=99)

    assert refused.value.code == "CLASS_UNKNOWN"


PRICE = st.integers(1_000 * USD, 1_000_000 * USD)
AGE = st.integers(0, 600 * DAY_S)


@given(
    st.lists(st.tuples(PRICE, AGE), min_size=1, max_size=6),
    st.integers(0, 300 * DAY_S),
    st.sampled_from(list(CLASS_MODELS)),
)
def test_time_alone_never_lowers_a_value(told, later_s, class_id):
    observations = [
        observation(price, source=f"s{index}", observed_at=NOW - age)
        for index, (price, age) in enumerate(told)
    ]
    first = valued(*observations, class_id=class_id)
    if first is None:
        return

    last = Previous(value=first.leaf.value, lower=first.leaf.lower)
    later = valued(
        *observations,
        class_id=class_id,
        previous=last,
        observed_at=NOW + later_s,
        elapsed_s=later_s,
    )

    assert later is None or later.leaf == first.leaf
