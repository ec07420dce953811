"""Values from appraisals, sales and comparables."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.domain.appraised import appraise, marked_down, newest_by_source
from oracles.domain.parameters import CLASS_MODELS
from oracles.domain.quantities import BPS, DAY_S, MONTH_S, ObservationKind, Unit
from tests.unit.oracles.factories import NOW, USD, observation

HOUSE, CAR = CLASS_MODELS[1], CLASS_MODELS[2]
SALE, COMPARABLE = ObservationKind.SALE, ObservationKind.COMPARABLE


def test_one_appraisal_is_the_value_with_the_thin_haircut_below():
    estimate = appraise([observation(200_000 * USD)], model=HOUSE)

    assert estimate.value == 200_000 * USD
    assert estimate.lower == 170_000 * USD
    assert estimate.sources == 1


def test_two_sources_that_agree_take_the_smaller_floor():
    told = [observation(200_000 * USD, source=name) for name in ("a", "b")]

    estimate = appraise(told, model=HOUSE)

    assert estimate.lower == 184_000 * USD


def test_without_prices_there_is_no_value():
    rent = observation(kind=ObservationKind.RENTAL_INCOME, unit=Unit.USD_PER_HOUR)

    assert appraise([], model=HOUSE) is None
    assert appraise([rent], model=HOUSE) is None


def test_a_source_counts_once_by_its_newest_word():
    old = observation(100 * USD, observed_at=NOW - 30 * DAY_S)
    new = observation(90 * USD, observed_at=NOW, kind=SALE)

    assert newest_by_source([old, new]) == [new]
    assert appraise([old, new], model=HOUSE).value == 90 * USD


def test_of_two_equally_new_words_of_one_source_the_lower_counts():
    high, low = observation(100 * USD), observation(90 * USD, kind=SALE)

    assert newest_by_source([high, low]) == [low]


def test_a_new_sale_below_an_equally_weighty_appraisal_decides():
    told = [observation(100 * USD), observation(80 * USD, source="sale", kind=SALE)]

    assert appraise(told, model=HOUSE).value == 80 * USD


def test_an_hour_of_age_does_not_decide_between_equals_but_months_do():
    low = observation(80 * USD, source="low", observed_at=NOW - 3_600)
    high = observation(100 * USD, source="high", observed_at=NOW)
    older = replace(low, observed_at=NOW - 2 * MONTH_S)

    assert appraise([low, high], model=HOUSE).value == 80 * USD
    assert appraise([older, high], model=HOUSE).value == 100 * USD


def test_one_comparable_alone_does_not_outweigh_an_appraisal_of_the_same_day():
    told = [observation(100 * USD), observation(80 * USD, source="desk", kind=COMPARABLE)]

    assert appraise(told, model=HOUSE).value == 100 * USD


def test_two_comparables_outweigh_an_appraisal():
    desks = [observation(80 * USD, source=name, kind=COMPARABLE) for name in ("x", "y")]

    assert appraise([observation(100 * USD), *desks], model=HOUSE).value == 80 * USD


def test_an_old_price_is_marked_down_to_the_date_of_the_newest():
    price = marked_down(100_000, age_s=CAR.fresh_for_s + 2 * MONTH_S, model=CAR)

    assert price == 97_000
    assert marked_down(100_000, age_s=CAR.fresh_for_s, model=CAR) == 100_000
    assert marked_down(100_000, age_s=10**10, model=CAR) == 0


def test_a_source_older_than_the_greatest_age_is_left_out():
    newest = observation(100 * USD)
    edge = observation(60 * USD, source="old", observed_at=newest.observed_at - HOUSE.max_age_s)
    beyond = replace(edge, observed_at=edge.observed_at - 1)

    assert appraise([newest, edge], model=HOUSE).sources == 2
    assert appraise([newest, beyond], model=HOUSE).sources == 1


def test_an_outlier_is_dropped_where_five_sources_speak():
    told = [observation(value * USD, source=f"s{value}") for value in (98, 99, 100, 101, 900)]

    estimate = appraise(told, model=HOUSE)

    assert estimate.sources == 4
    assert not estimate.disputed


def test_with_few_sources_wide_disagreement_is_disputed_instead():
    told = [observation(value * USD, source=f"s{value}") for value in (50, 100)]

    assert appraise(told, model=HOUSE).disputed


def test_the_lower_bound_stops_at_the_ceiling():
    told = [observation(value * USD, source=f"s{value}") for value in (50, 100)]

    assert appraise(told, model=HOUSE).lower == 30 * USD


PRICES = st.lists(st.integers(1, 500_000_000 * USD), min_size=1, max_size=8)


@given(PRICES, st.sampled_from(list(CLASS_MODELS.values())))
def test_the_lower_bound_lies_between_ceiling_and_floor(prices, model):
    told = [observation(price, source=f"s{index}") for index, price in enumerate(prices)]

    estimate = appraise(told, model=model)

    least = estimate.value * (BPS - model.ceiling_haircut_bps) // BPS
    most = -(-estimate.value * (BPS - model.floor_haircut_bps) // BPS)
    assert least <= estimate.lower <= most


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_observations_does_not_matter(order):
    told = [observation(value * USD, source=f"s{value}") for value in (70, 80, 90)][::order]

    assert appraise(told, model=HOUSE).value == 80 * USD
