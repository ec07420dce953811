"""What the model makes of a market whose prices are known."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from oracles.sales.features import Encoder, number_of
from oracles.sales.model import SalesModel
from tests.unit.oracles.sales.market import MAP, houses, sales_of


def shares(known, asked):
    """Return errors, whether bounds held, and bounds as shares of value."""
    found = SalesModel(known).predict(asked)
    prices = np.array([one.price_units for one in asked], dtype=float)
    return np.abs(found.central / prices - 1), prices >= found.lower, found.lower / found.central


def test_it_finds_prices_that_follow_from_size_place_and_age():
    file = sales_of(houses(260))

    errors, held, bound = shares(file.sales[:180], file.sales[180:])

    assert np.median(errors) < 0.12
    assert held.mean() >= 0.9
    assert np.median(bound) >= 0.6


def test_the_same_sales_teach_the_same_to_the_last_bit():
    sales = sales_of(houses(120)).sales

    first, again = (SalesModel(sales[:100]).predict(sales[100:]) for _ in range(2))

    assert first.central.tobytes() == again.central.tobytes()
    assert first.lower.tobytes() == again.lower.tobytes()


def test_the_price_of_the_asked_thing_is_not_looked_at():
    sales = sales_of(houses(120)).sales
    model = SalesModel(sales[:100])

    told = model.predict(sales[100:])
    blind = model.predict([replace(one, price_units=1) for one in sales[100:]])

    assert told.central.tolist() == blind.central.tolist()


def test_kinds_and_columns_it_has_not_seen_are_no_obstacle():
    sales = sales_of(houses(100)).sales
    strange = [
        replace(sales[0], facts={**sales[0].facts, "address": "Nowhere", "colour": "blue"}),
        replace(sales[0], facts={}),
    ]

    found = SalesModel(sales).predict(strange)

    assert np.isfinite(found.central).all()
    assert (found.lower < found.central).all()
    assert (found.lower > 0).all()


@pytest.mark.parametrize("missing", [0.3, 0.7])
def test_the_bound_holds_when_cells_are_missing(missing):
    sales = sales_of(houses(240, missing=missing)).sales

    _, held, _ = shares(sales[:160], sales[160:])

    assert held.mean() >= 0.9


def test_a_thing_far_outside_what_was_seen_stays_near_the_known_prices():
    sales = sales_of(houses(100)).sales
    huge = replace(sales[0], facts={**sales[0].facts, "floor_area_cm2": 10**15})

    found = SalesModel(sales).predict([huge])

    assert found.central[0] < 2 * max(one.price_units for one in sales)


def test_facts_that_tell_nothing_leave_the_median():
    rows = [[100_000 + (n * 7_919) % 50_000, f"id{n}"] for n in range(60)]
    sales = sales_of(rows, header=("Price", "Town"), mapping="price=Price,address=Town").sales

    found = SalesModel(sales).predict(sales)

    assert np.ptp(found.central) / np.median(found.central) < 0.01


def test_sizes_are_read_as_areas():
    assert number_of("38 x 21 cm") == 38 * 21
    assert number_of("2.5") == 2.5
    assert number_of("two") is None


def test_a_text_that_each_thing_has_for_itself_is_no_kind():
    rows = [[100_000 + n, f"Lane {'abcdefghij'[n % 10]}{'klmno'[n % 5]}{n}"] for n in range(60)]
    sales = sales_of(rows, header=("Price", "Town"), mapping="price=Price,address=Town").sales

    assert "address" not in Encoder().fit(sales).kinds


@pytest.mark.parametrize("yearly", [0.85, 1.2])
def test_the_bound_holds_for_later_sales_of_a_market_that_drifts(yearly):
    rows = houses(260)
    for place, row in enumerate(rows):
        row[0] = f"{int(row[0]) * yearly ** (place * 7 / 365):.0f}"
    sales = sales_of(rows, mapping=MAP + ",sold_on=Sold").sales

    _, held, bound = shares(sales[:200], sales[200:])

    assert held.mean() >= 0.9
    assert np.median(bound) >= 0.5


def test_things_that_are_hard_to_value_have_deeper_bounds():
    rows = houses(400, noise=0.02)
    unsteady = Random(3)
    for row in rows:
        if row[3] == "Ada":
            row[0] = f"{int(row[0]) * unsteady.lognormvariate(0, 0.5):.0f}"
    sales = sales_of(rows).sales

    _, held, bound = shares(sales[:300], sales[300:])

    hard = np.array([one.facts["street"] == "Ada" for one in sales[300:]])
    assert bound[hard].mean() < bound[~hard].mean() - 0.2
    assert held[hard].mean() >= 0.9
