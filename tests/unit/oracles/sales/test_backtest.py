"""Replaying sales without looking ahead."""

from random import Random

import pytest

from collateral.domain.portfolio import read_table
from collateral.services.mappings import mapping_for
from config.paths import ROOT
from oracles.sales import backtest as trials
from oracles.sales.backtest import backtest, group_medians
from oracles.sales.records import read_sales
from tests.unit.oracles.sales.market import MAP, TODAY, houses, sales_of

DATED = MAP + ",sold_on=Sold"
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture
def watched(monkeypatch):
    """Note what every model knew when it was asked, with a model that learns nothing."""
    asked_of = []

    class Watched:
        def __init__(self, known):
            self.known = known

        def predict(self, asked):
            asked_of.append((self.known, asked))
            return trials_prediction(asked)

    monkeypatch.setattr(trials, "SalesModel", Watched)
    return asked_of


def trials_prediction(asked):
    prices = [100.0 for _ in asked]
    return type("Found", (), {"central": prices, "lower": [60.0 for _ in asked]})()


def test_in_time_order_only_earlier_days_teach(watched):
    found = backtest(sales_of(houses(100), mapping=DATED))

    assert found.rule.startswith("in time order")
    assert found.figures.rows == 75
    for known, asked in watched:
        assert max(one.day for one in known) < min(one.day for one in asked)


def test_sales_of_one_day_do_not_teach_each_other(watched):
    rows = houses(100)
    for row in rows[20:90]:
        row[5] = "2018-01-01"
    for row in rows[90:]:
        row[5] = "2019-01-01"

    backtest(sales_of(rows, mapping=DATED))

    assert watched
    for known, asked in watched:
        assert not {one.day for one in known} & {one.day for one in asked}


def test_without_days_each_sale_is_tested_once_and_never_known(watched):
    found = backtest(sales_of(houses(100)))

    lines = sorted(one.sale.line for one in found.tested)
    assert lines == list(range(2, 102))
    for known, asked in watched:
        assert not {one.line for one in known} & {one.line for one in asked}


def test_equal_rows_lie_on_one_side(watched):
    rows = houses(60) * 2

    backtest(sales_of(rows))

    for known, asked in watched:
        told = {(one.price_units, *sorted(one.facts.items())) for one in known}
        assert not told & {(one.price_units, *sorted(one.facts.items())) for one in asked}


def test_two_days_of_which_the_second_comes_last_are_tested_by_the_first(watched):
    rows = houses(60)
    for place, row in enumerate(rows):
        row[5] = "2018-01-01" if place < 50 else "2018-01-02"

    assert backtest(sales_of(rows, mapping=DATED)).figures.rows == 10


def test_the_naive_value_is_the_median_of_the_finest_group_with_three_known_sales():
    header, mapping = ("Price", "Make", "Type"), "price=Price,maker=Make,model=Type"
    rows = [[100, "A", "x"], [110, "A", "x"], [300, "A", "y"], [120, "A", "x"]]
    rows += [[900 + n, "B", "z"] for n in range(20)]
    sales = sales_of(rows, header=header, mapping=mapping, code="car").sales
    asked = [sales[0], sales[2], sales[-1]]

    medians = group_medians(sales[:4], asked, ("maker", "model"))

    assert medians == [110e6, 115e6, 115e6]


def test_figures_are_shares_of_one():
    figures = backtest(sales_of(houses(80))).figures

    assert figures.rows == 80
    assert 0 < figures.mdape < figures.baseline_mdape
    assert figures.mdape < figures.p90
    assert 0 < figures.bound_share < 1
    assert 0.9 <= figures.coverage <= 1


def real(name, *, keep=1.0, ignored=(), blank=0.0, seed=0):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the published file is not here: ../shared/data/{name}")
    table, random = read_table(path.read_bytes()), Random(seed)
    lines = [line for line in table.lines if random.random() < keep]
    for line in lines:
        for place in range(1, len(line.cells)):
            if random.random() < blank and table.header[place] not in (
                "Price",
                "price",
                "SalePrice",
            ):
                line.cells[place] = ""
    table = type(table)(table.header, lines)
    mapping = mapping_for(path).mapping
    return backtest(read_sales(table=table, mapping=mapping, as_of=TODAY, ignored=ignored)).figures


KEPT = {
    "realestate_grinnell_houses.csv": 0.2,
    "vehicles_threecars2017.csv": 0.6,
    "collectibles_diamonds.csv": 0.4,
}
PRICES = ("Price", "price", "SalePrice")
FILES = [
    "realestate_grinnell_houses.csv",
    "vehicles_threecars2017.csv",
    "collectibles_diamonds.csv",
]


@pytest.mark.parametrize("name", FILES)
def test_real_sales_are_told_far_better_than_by_their_group_and_bounds_hold(name):
    figures = real(name)

    assert figures.mdape <= 0.6 * figures.baseline_mdape
    assert figures.coverage >= 0.95
    assert figures.bound_share >= 0.6


@pytest.mark.parametrize("name", FILES)
def test_a_part_of_the_sales_with_gaps_still_has_bounds_that_hold(name):
    figures = real(name, keep=KEPT[name], blank=0.05, seed=3)

    assert figures.mdape <= 0.8 * figures.baseline_mdape
    assert figures.coverage >= 0.9
