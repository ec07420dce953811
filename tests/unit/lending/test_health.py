"""Drawing on collateral and calling against it (rules V1 to V3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.domain import health
from lending.domain.health import Item, Pair
from lending.domain.units import LRT_UNIT
from tests.unit.lending.builders import DAY, some_terms


def an_asset(**fields) -> Item:
    values = {
        "token_id": 7,
        "terms": some_terms(),
        "appraisal_cap": 1_000,
        "attested_at": 0,
        "valid_until": 180 * DAY,
    }
    return Item(**{**values, **fields})


@pytest.mark.parametrize(
    ("age_days", "expected_bps"),
    [(0, 10_000), (90, 10_000), (135, 7_500), (180, 5_000), (181, 0)],
)
def test_freshness_falls_from_full_to_half_and_ends_at_expiry(age_days, expected_bps):
    asset = an_asset()

    freshness = asset.freshness_bps(age_days * DAY)

    assert freshness == expected_bps


@pytest.mark.parametrize(("seconds", "expected_bps"), [(1, 9_999), (1_555, 9_999), (1_556, 9_998)])
def test_freshness_is_rounded_down_from_the_first_second_on(seconds, expected_bps):
    asset = an_asset()

    freshness = asset.freshness_bps(90 * DAY + seconds)

    assert freshness == expected_bps


def test_the_appraisal_caps_what_an_oracle_may_say():
    value = health.borrowing_value(an_asset(), 5_000, now=0)

    assert value == 1_000


def test_an_old_attestation_lowers_drawing_but_not_calling():
    asset = an_asset()

    drawing = health.borrowing_value(asset, 1_000, now=180 * DAY)
    calling = health.calling_value(asset, Pair(newest=1_000, previous=900))

    assert (drawing, calling) == (500, 1_000)


def test_calling_takes_the_higher_of_two_rounds():
    values = [
        health.calling_value(an_asset(), Pair(newest=newest, previous=previous))
        for newest, previous in ((600, 900), (900, 600), (600, None))
    ]

    assert values == [900, 900, 600]


def test_without_a_newest_value_there_is_no_calling_value():
    assert health.calling_value(an_asset(), Pair(newest=None, previous=900)) is None


@pytest.mark.parametrize(
    ("newest", "too_far"), [(900, False), (899, True), (1_100, False), (1_101, True)]
)
def test_a_move_beyond_the_class_limit_counts_as_missing(newest, too_far):
    moved = health.moved_too_far(Pair(newest=newest, previous=1_000), move_limit_bps=1_000)

    assert moved is too_far


def test_restaking_tokens_are_valued_by_amount_and_never_age():
    tokens = Item(token_id=0, terms=some_terms(class_id=14, fresh_for=0), lrt_amount=LRT_UNIT // 2)

    value = health.borrowing_value(tokens, 3_001, now=10**9)

    assert value == 1_500


def test_a_basket_limit_is_the_value_weighted_mean():
    car = an_asset(terms=some_terms(max_ltv_bps=5_000))
    house = an_asset(terms=some_terms(max_ltv_bps=6_000), appraisal_cap=3_000)

    limit = health.borrowing_limit([(car, 1_000), (house, 3_000)], now=0)

    assert limit == 500 + 1_800


@given(debt=st.integers(1, 10**15), ltv=st.integers(1, 10_000))
def test_the_call_price_is_the_first_value_that_is_still_safe(debt, ltv):
    price = health.call_price(debt=debt, liquidation_ltv_bps=ltv)

    assert price * ltv // 10_000 >= debt
    assert (price - 1) * ltv // 10_000 < debt


@pytest.mark.parametrize(("debt", "distance"), [(750, 2_500), (1_000, 0), (1_100, -1_000)])
def test_distance_is_how_far_all_values_may_fall(debt, distance):
    assert health.distance_bps(debt=debt, limit=1_000) == distance


def test_the_rate_follows_utilisation():
    terms = some_terms(base_rate_bps=900, rate_slope_bps=500)

    rates = [terms.rate_bps(utilisation) for utilisation in (0, 5_000, 10_000)]

    assert rates == [900, 1_150, 1_400]


@pytest.mark.parametrize(
    ("after_s", "expected"),
    [
        (0, 6_200),
        (1, 6_200),
        (health.LTV_RAMP_S // 2, 5_700),
        (health.LTV_RAMP_S - 1, 5_201),
        (health.LTV_RAMP_S, 5_200),
    ],
)
def test_a_lowered_liquidation_ltv_falls_over_thirty_days(after_s, expected):
    fall = {"start_bps": 6_200, "end_bps": 5_200, "changed_at": 1_000}

    assert health.falling_ltv_bps(**fall, now=1_000 + after_s) == expected


def test_a_raised_liquidation_ltv_holds_at_once():
    assert health.falling_ltv_bps(start_bps=5_200, end_bps=6_200, changed_at=9, now=9) == 6_200
