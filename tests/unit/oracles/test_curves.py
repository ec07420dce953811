"""Prices brought to another day by depreciation or by an index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.domain.curves import CURVES, aged_down, indexed_down
from tests.unit.oracles.factories import USD

FIVE_YEARS = 60


@pytest.mark.parametrize(
    ("curve", "lost_bps"), [("car", 4_560), ("electric_car", 5_880), ("truck", 4_040)]
)
def test_five_years_cost_what_was_measured(curve, lost_bps):
    kept = aged_down(100_000 * USD, from_month=0, to_month=FIVE_YEARS, curve=CURVES[curve])

    assert 10_000 - kept * 10_000 // (100_000 * USD) == pytest.approx(lost_bps, abs=15)


def test_electric_cars_lose_more_than_others_at_every_age():
    for age in range(0, 120, 6):
        ages = {"from_month": age, "to_month": age + 6}

        electric = aged_down(50_000 * USD, **ages, curve=CURVES["electric_car"])

        assert electric < aged_down(50_000 * USD, **ages, curve=CURVES["car"])


def test_a_machine_loses_what_real_sales_show():
    at_ten_years = aged_down(59_000, from_month=48, to_month=120, curve=CURVES["machinery"])

    assert at_ten_years == pytest.approx(40_000, rel=0.03)


@given(
    st.sampled_from(sorted(CURVES)),
    st.integers(0, 200),
    st.integers(0, 200),
    st.integers(0, 10**15),
)
def test_a_thing_never_gains_by_age_and_two_steps_are_one(curve, first, second, price):
    curve = CURVES[curve]

    half_way = aged_down(price, from_month=0, to_month=first, curve=curve)
    in_two = aged_down(half_way, from_month=first, to_month=first + second, curve=curve)
    in_one = aged_down(price, from_month=0, to_month=first + second, curve=curve)

    assert 0 <= in_two <= half_way <= price
    assert abs(in_one - in_two) <= 2


def test_a_thing_does_not_grow_younger():
    with pytest.raises(ValueError, match="does not go from 3 to 2"):
        aged_down(100, from_month=3, to_month=2, curve=CURVES["car"])


def test_an_index_moves_a_price_in_proportion_rounded_down():
    assert indexed_down(100, index_then=300, index_now=200) == 66
    assert indexed_down(100, index_then=200, index_now=300) == 150


@pytest.mark.parametrize("levels", [(0, 100), (100, 0), (-1, 100)])
def test_an_index_is_above_zero(levels):
    with pytest.raises(ValueError, match="above zero"):
        indexed_down(100, index_then=levels[0], index_now=levels[1])
