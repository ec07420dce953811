"""Values from appraisals, sales and comparables."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.domain.appraised import (
    Estimate,
    appraise,
    capped,
    forced_sale_down,
    marked_down,
    newest_by_source,
)
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

    forced = forced_sale_down(told, estimate.value, model=model)
    least = min(forced, estimate.value * (BPS - model.ceiling_haircut_bps) // BPS)
    most = -(-estimate.value * (BPS - model.floor_haircut_bps) // BPS)
    assert least <= estimate.lower <= most


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_observations_does_not_matter(order):
    told = [observation(value * USD, source=f"s{value}") for value in (70, 80, 90)][::order]

    assert appraise(told, model=HOUSE).value == 80 * USD


ART, MACHINE = CLASS_MODELS[5], CLASS_MODELS[7]
FORCED, MODEL = ObservationKind.FORCED_SALE, ObservationKind.MODEL


def test_a_work_of_art_counts_for_its_low_estimate_times_its_chance_of_sale_net_of_fees():
    told = [
        observation(120_000 * USD),
        observation(100_000 * USD, source="auctioneer", kind=FORCED),
    ]

    estimate = appraise(told, model=ART)

    assert estimate.value == 120_000 * USD
    assert estimate.lower == 100_000 * USD * 59 * 85 // 10_000


def test_without_auction_prices_a_machine_counts_for_its_share_in_a_forced_sale():
    told = [observation(100_000 * USD, source=name) for name in ("a", "b", "c")]

    assert appraise(told, model=MACHINE).lower == 72_000 * USD


def test_an_auction_price_above_the_value_raises_nothing():
    told = [observation(100_000 * USD), observation(300_000 * USD, source="sale", kind=FORCED)]

    estimate = appraise(told, model=MACHINE)

    assert estimate.value == 100_000 * USD
    assert estimate.lower == 75_000 * USD


def test_forced_sales_alone_are_no_value():
    assert appraise([observation(kind=FORCED)], model=ART) is None


def test_a_derived_price_moves_the_value_but_is_no_second_source():
    told = [observation(200_000 * USD), observation(180_000 * USD, source="m", kind=MODEL)]

    estimate = appraise(told, model=HOUSE)

    assert estimate.value == 200_000 * USD
    assert estimate.lower == 170_000 * USD


def test_a_stale_source_widens_the_bound_by_what_its_age_took():
    fresh = [observation(200_000 * USD, source="a"), observation(200_000 * USD, source="b")]
    old = observation(
        200_000 * USD, source="c", observed_at=NOW - DAY_S - HOUSE.fresh_for_s - 2 * MONTH_S
    )

    widened = appraise([*fresh, old], model=HOUSE).lower

    # It took 1 %, 2,000 USD; at 14 of 24 months the source weighs 34 against 48 and 48.
    assert widened == 184_000 * USD - -(-2_000 * USD * 34 // 130)


def capped_at(*caps, of=(100_000, 90_000)):
    given = [observation(cap * USD, source=f"desk-{at}", kind="cap") for at, cap in enumerate(caps)]
    value, lower = (one * USD for one in of)
    return capped(Estimate(value=value, lower=lower, observed_at=NOW, sources=2), given)


@pytest.mark.parametrize(
    ("cap", "value", "lower"),
    [(80_000, 80_000, 80_000), (95_000, 95_000, 90_000), (100_001, 100_000, 90_000)],
)
def test_nothing_above_a_cap_counts(cap, value, lower):
    found = capped_at(cap)

    assert (found.value, found.lower) == (value * USD, lower * USD)


def test_the_newest_cap_of_a_desk_holds_and_of_several_desks_the_lowest():
    lifted = [
        observation(50_000 * USD, source="desk", kind="cap", observed_at=NOW - 9),
        observation(500_000 * USD, source="desk", kind="cap", observed_at=NOW - 8),
    ]
    estimate = Estimate(value=100_000 * USD, lower=90_000 * USD, observed_at=NOW, sources=2)

    assert capped(estimate, lifted) == estimate
    assert capped_at(70_000, 60_000).value == 60_000 * USD


def test_a_cap_alone_is_no_value():
    assert capped(None, [observation(kind="cap")]) is None
