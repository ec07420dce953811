"""How far a value may move between rounds."""

from hypothesis import given
from hypothesis import strategies as st

from oracles.domain.movement import grown, limited
from oracles.domain.parameters import CLASS_MODELS
from oracles.domain.quantities import BPS, DAY_S

AMOUNT = st.integers(0, 2**60)
HOUSE = {"bps_day": 200, "cap_bps": 1_000}


def test_a_house_moves_two_per_cent_a_day():
    falling = limited(target=0, previous=1_000_000, elapsed_s=DAY_S, **HOUSE)
    rising = limited(target=9_000_000, previous=1_000_000, elapsed_s=DAY_S, **HOUSE)

    assert (falling, rising) == (980_000, 1_020_000)


def test_the_limit_scales_with_the_time_since_the_last_round():
    assert limited(target=0, previous=1_000_000, elapsed_s=DAY_S // 4, **HOUSE) == 995_000


def test_the_class_limit_caps_the_move_however_long_the_gap():
    assert limited(target=0, previous=1_000_000, elapsed_s=365 * DAY_S, **HOUSE) == 900_000


def test_a_target_within_reach_is_reached_exactly():
    assert limited(target=981_000, previous=1_000_000, elapsed_s=DAY_S, **HOUSE) == 981_000


def test_without_time_nothing_moves():
    assert limited(target=5, previous=1_000, elapsed_s=0, **HOUSE) == 1_000
    assert limited(target=5, previous=1_000, elapsed_s=-5, **HOUSE) == 1_000


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT, st.integers(0, 400 * DAY_S))
def test_a_lower_bound_never_overtakes_its_value(value, lower, last_value, last_lower, elapsed_s):
    value, lower = max(value, lower), min(value, lower)
    last_value, last_lower = max(last_value, last_lower), min(last_value, last_lower)

    new_value = limited(target=value, previous=last_value, elapsed_s=elapsed_s, **HOUSE)
    new_lower = limited(target=lower, previous=last_lower, elapsed_s=elapsed_s, **HOUSE)

    assert new_lower <= new_value


@given(AMOUNT, AMOUNT, AMOUNT, st.integers(0, 400 * DAY_S), st.sampled_from(list(CLASS_MODELS)))
def test_a_pair_of_rounds_never_differs_by_more_than_the_class_limit(
    target, previous, appraisal_cap, elapsed_s, class_id
):
    model = CLASS_MODELS[class_id]

    published = limited(
        target=target,
        previous=previous,
        bps_day=model.move_bps_day,
        cap_bps=model.move_cap_bps,
        elapsed_s=elapsed_s,
    )

    # As the contract compares: after the appraisal cap, against the previous value.
    before, after = min(previous, appraisal_cap), min(published, appraisal_cap)
    assert abs(after - before) * BPS <= before * model.move_cap_bps


def test_nav_grows_slowly_and_falls_at_once():
    assert grown(target=2_000_000, previous=1_000_000, bps_day=3, elapsed_s=DAY_S) == 1_000_300
    assert grown(target=1_000_200, previous=1_000_000, bps_day=3, elapsed_s=DAY_S) == 1_000_200
    assert grown(target=1, previous=1_000_000, bps_day=3, elapsed_s=0) == 1
