"""Values of devices from their rent."""

import pytest

from oracles.domain.income import (
    annuity_ray_down,
    capitalise,
    net_monthly_down,
    present_value_down,
    value_by_income,
)
from oracles.domain.parameters import CLASS_MODELS, IncomeTerms
from oracles.domain.quantities import ObservationKind, Unit
from tests.unit.oracles.factories import NOW, USD, observation

GPU = CLASS_MODELS[10]
RAY = 10**27


def rent(value=40_970_000, *, unit=Unit.USD_PER_HOUR, **given):
    return observation(value, kind=ObservationKind.RENTAL_INCOME, unit=unit, **given)


def terms(**given):
    usual = {
        "horizon_months": 2,
        "discount_bps_month": 0,
        "decline_bps_month": 0,
        "utilisation_bps": 5_000,
        "costs_bps": 2_000,
    }
    return IncomeTerms(**usual | given)


def test_without_discount_and_decline_each_month_counts_whole():
    assert annuity_ray_down(terms(horizon_months=12)) == 12 * RAY


def test_decline_and_discount_compound():
    months = annuity_ray_down(terms(decline_bps_month=5_000, discount_bps_month=0))

    assert months == RAY // 2 + RAY // 4


def test_a_list_rent_is_cut_by_idle_hours_and_costs():
    # 10 USD * 730 h * 50 % let * 80 % left after costs
    assert net_monthly_down(rent(10 * USD), terms=terms()) == 2_920 * USD


def test_monthly_income_is_net_already():
    assert net_monthly_down(rent(700 * USD, unit=Unit.USD_PER_MONTH), terms=terms()) == 700 * USD


def test_a_real_server_is_worth_some_months_of_its_rent():
    # An 8-GPU server at 40.97 USD an hour (a real row of published cloud prices).
    estimate = capitalise([rent()], model=GPU)

    assert 170_000 * USD < estimate.value < 180_000 * USD
    assert estimate.lower == estimate.value * 8 // 10


def test_a_class_without_income_terms_or_a_device_without_rent_has_no_income_value():
    assert capitalise([rent()], model=CLASS_MODELS[1]) is None
    assert capitalise([observation()], model=GPU) is None


def test_rent_that_rounds_to_nothing_is_no_value():
    assert capitalise([rent(1, scale=6)], model=CLASS_MODELS[12]).value > 0
    assert present_value_down(0, terms=GPU.income) == 0


@pytest.mark.parametrize("hardware", [50_000 * USD, 900_000 * USD])
def test_the_lower_of_income_and_hardware_is_the_value(hardware):
    income = capitalise([rent()], model=GPU)

    both = value_by_income([rent(), observation(hardware, source="resale")], model=GPU)

    assert both.value == min(income.value, hardware)
    assert both.lower <= both.value
    assert both.sources == 2


def test_hardware_alone_is_valued_as_hardware():
    assert value_by_income([observation(5_000 * USD)], model=GPU).value == 5_000 * USD


def test_rent_that_was_not_renewed_is_left_out_when_newer_rent_is_known():
    old = rent(80 * USD, source="old", observed_at=NOW - GPU.max_age_s - 10)
    new = rent(10 * USD, source="new", observed_at=NOW)

    assert capitalise([old, new], model=GPU).sources == 1
