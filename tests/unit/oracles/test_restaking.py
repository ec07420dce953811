"""Values of liquid restaking tokens."""

import pytest

from oracles.domain.leaf import ValueStatus
from oracles.domain.movement import Previous
from oracles.domain.parameters import LRT_CLASS_ID, RESTAKING
from oracles.domain.quantities import DAY_S, WEI, ObservationKind, Unit
from oracles.domain.restaking import value_token
from oracles.domain.valuation import value_subject
from tests.unit.oracles.factories import LRT, NOW, USD, observation, quote, subject

NAV = WEI * 105 // 100


def value(observations, *, previous_nav_wei=None, elapsed_s=DAY_S, observed_at=NOW):
    return value_token(
        observations,
        model=RESTAKING,
        observed_at=observed_at,
        previous_nav_wei=previous_nav_wei,
        elapsed_s=elapsed_s,
    )


def leaf_of(observations, **given):
    given = {"asset_id": LRT, "class_id": LRT_CLASS_ID} | given
    return value_subject(subject(*observations, **given), observed_at=NOW, elapsed_s=DAY_S).leaf


def test_the_market_counts_where_it_is_below_nav():
    estimate = value(quote(market_units=3_120 * USD))

    assert estimate.value == 3_120 * USD
    assert estimate.lower == 3_120 * USD * 97 // 100


def test_nav_counts_where_the_market_is_above_it():
    assert value(quote(market_units=3_200 * USD)).value == 3_150 * USD


def test_nav_growth_is_capped_against_the_last_round():
    jumped = quote(nav_wei=NAV * 11 // 10, market_units=4_000 * USD)

    estimate = value(jumped, previous_nav_wei=NAV)

    assert estimate.nav_wei == NAV + NAV * 3 // 10_000


def test_a_fall_of_nav_counts_at_once():
    fallen = quote(nav_wei=NAV // 2, market_units=3_000 * USD)

    assert value(fallen, previous_nav_wei=NAV).value == 1_575 * USD


def test_a_rise_of_ether_is_no_growth_of_nav():
    doubled = quote(ether_units=6_000 * USD, market_units=6_300 * USD)

    assert value(doubled, previous_nav_wei=NAV).value == 6_300 * USD


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_without_nav_market_or_ether_price_there_is_no_value(missing):
    told = [one for index, one in enumerate(quote()) if index != missing]

    assert value(told) is None


def test_a_quote_expires_after_a_day():
    told = quote(observed_at=NOW)

    assert value(told, observed_at=NOW + DAY_S - 1).valid_until == NOW + DAY_S
    assert value(told, observed_at=NOW + DAY_S) is None


@pytest.mark.parametrize(
    ("market_units", "status"),
    [
        (3_087 * USD, ValueStatus.VALID),
        (3_085 * USD, ValueStatus.CHALLENGED),
        (2_993 * USD, ValueStatus.CHALLENGED),
        (2_990 * USD, ValueStatus.FROZEN),
        (4_900 * USD, ValueStatus.FROZEN),
    ],
)
def test_a_market_away_from_nav_ends_borrowing_and_then_freezes(market_units, status):
    assert leaf_of(quote(market_units=market_units)).status == status


def test_a_forged_price_far_above_nav_is_worth_no_more_than_nav_and_frozen():
    # November 2025: a feed said 1.65 million ether for one token of 1.06.
    forged = quote(market_units=999_000 * USD)

    leaf = leaf_of(forged, previous=Previous(value=1, lower=1, nav_wei=NAV))

    assert leaf.value == 3_150 * USD
    assert leaf.status == ValueStatus.FROZEN


def depth(levels, **given):
    kind = ObservationKind.WRAP_DEPTH
    return observation(levels, kind=kind, unit=Unit.COUNT, scale=0, **given)


def share(kind, bps, *, age_s=600):
    return observation(bps, kind=kind, unit=Unit.RATIO, scale=4, observed_at=NOW - age_s)


BACKING, SLASHING = ObservationKind.BACKING, ObservationKind.SLASHING
FULL = share(BACKING, 10_000)


def test_a_token_nobody_describes_counts_as_native():
    assert leaf_of(quote()).lower == 3_150 * USD * 97 // 100


def test_each_wrap_beyond_the_native_token_costs_a_tenth():
    wrapped = leaf_of([*quote(), depth(3), FULL])

    assert wrapped.lower == 3_150 * USD * 97 * 90 // 10_000
    assert wrapped.status == ValueStatus.VALID
    assert leaf_of([*quote(), depth(2)]).lower == 3_150 * USD * 97 // 100


def test_a_token_wrapped_four_times_is_frozen():
    assert leaf_of([*quote(), depth(4), FULL]).status == ValueStatus.FROZEN


def test_of_several_sources_the_deepest_wrap_counts():
    told = [*quote(), depth(2, source="a"), depth(4, source="b"), FULL]

    assert leaf_of(told).status == ValueStatus.FROZEN


@pytest.mark.parametrize(
    ("backing_bps", "age_s", "status"),
    [
        (10_000, 3_600, ValueStatus.VALID),
        (10_000, 3_601, ValueStatus.FROZEN),
        (9_999, 600, ValueStatus.FROZEN),
        (0, 600, ValueStatus.FROZEN),
    ],
    ids=["an hour old", "older", "short by one", "nothing behind it"],
)
def test_a_bridged_copy_needs_a_fresh_proof_of_full_backing(backing_bps, age_s, status):
    # April 2026: a forged message released tokens that nothing stood behind.
    proof = share(BACKING, backing_bps, age_s=age_s)

    assert leaf_of([*quote(), depth(3), proof]).status == status


def test_a_native_token_needs_no_proof_but_a_short_one_freezes_it():
    assert leaf_of([*quote(), depth(2)]).status == ValueStatus.VALID
    assert leaf_of([*quote(), depth(2), share(BACKING, 9_000)]).status == ValueStatus.FROZEN


@pytest.mark.parametrize(("slashing_bps", "kept"), [(0, 10_000), (500, 9_500), (10_000, 0)])
def test_what_slashing_can_take_lowers_the_bound(slashing_bps, kept):
    lower = leaf_of([*quote(), share(SLASHING, slashing_bps)]).lower

    assert lower == 3_150 * USD * 97 * kept // 1_000_000
