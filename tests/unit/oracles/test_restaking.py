"""Values of liquid restaking tokens."""

import pytest

from oracles.domain.leaf import ValueStatus
from oracles.domain.movement import Previous
from oracles.domain.parameters import LRT_CLASS_ID, RESTAKING
from oracles.domain.quantities import DAY_S, WEI
from oracles.domain.restaking import value_token
from oracles.domain.valuation import value_subject
from tests.unit.oracles.factories import LRT, NOW, USD, quote, subject

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
