"""Prices that follow from older ones, and those of the statistical model."""

import pytest
from django.core.management import CommandError, call_command

from oracles.domain.curves import CURVES, aged_down
from oracles.domain.price_index import read_index
from oracles.models import Observation
from oracles.services.deriving import derive_depreciated, derive_indexed
from oracles.services.learning import quantised_down
from oracles.sources.derived import curve_of
from tests.unit.oracles.factories import NOW, USD
from tests.unit.oracles.sales.market import MAP, content, houses

pytestmark = pytest.mark.usefixtures("chain_clock")
CAR, HOUSE, ART = 2, 1, 5
# NOW is in January 2027.
PRICED = {"priced_on": "2025-01-01", "year_built": 2023}


def test_a_car_is_worth_what_its_age_leaves_of_its_price(make_asset):
    make_asset(CAR, price_units=20_000 * USD, attributes=PRICED)

    report = derive_depreciated(now=NOW)

    kept = Observation.objects.get()
    worth = aged_down(20_000 * USD, from_month=19, to_month=43, curve=CURVES["car"])
    assert (report.accepted, kept.kind, kept.source.slug) == (1, "depreciated", "depreciation")
    assert kept.value == worth


def test_a_month_has_one_depreciated_price(make_asset):
    make_asset(CAR, price_units=20_000 * USD, attributes=PRICED)
    derive_depreciated(now=NOW)

    assert derive_depreciated(now=NOW + 600).repeated == 1


@pytest.mark.parametrize(
    "attributes",
    [{}, {"priced_on": "2025-01-01"}, {"year_built": 2023}, PRICED | {"priced_on": "2027-01-20"}],
    ids=["nothing", "no age", "no day", "priced this month"],
)
def test_without_day_and_age_nothing_follows(make_asset, attributes):
    make_asset(CAR, price_units=20_000 * USD, attributes=attributes)

    assert derive_depreciated(now=NOW).accepted == 0


def test_art_does_not_depreciate(make_asset):
    make_asset(ART, price_units=20_000 * USD, attributes=PRICED)

    assert derive_depreciated(now=NOW).accepted == 0


@pytest.mark.parametrize(
    ("facts", "curve"),
    [
        ({"maker": "Tesla", "model": "Model 3"}, "electric_car"),
        ({"maker": "Chevrolet", "model": "Bolt LT"}, "electric_car"),
        ({"maker": "Toyota", "model": "Camry SE"}, "car"),
        ({}, "car"),
    ],
)
def test_electric_cars_are_known_by_their_name(facts, curve):
    assert curve_of(CAR, facts) == CURVES[curve]


def test_a_past_sale_is_brought_to_the_newest_quarter_of_its_state(make_asset):
    index = read_index("IL,2020,1,200\nIL,2026,3,300\n")
    facts = {"fips": "17031", "sold_on": "2020-02-10"}
    make_asset(HOUSE, price_units=100_000 * USD, attributes=facts)
    make_asset(HOUSE, price_units=100_000 * USD, attributes=facts | {"fips": "32003"})

    report = derive_indexed(index=index, now=NOW)

    assert report.accepted == 1
    assert Observation.objects.get().value == 150_000 * USD


def learn(path):
    call_command("learn_sales", "--class", "real_estate", "--csv", str(path), "--map", MAP)


def test_the_model_speaks_of_every_asset_that_has_facts(make_asset, tmp_path, capsys):
    path = tmp_path / "sales.csv"
    path.write_bytes(content(houses(80)))
    known = make_asset(HOUSE, attributes={"floor_area_cm2": 1_500_000, "address": "Ada"})
    make_asset(HOUSE, attributes={"colour": "green"})
    make_asset(CAR, attributes={"address": "Ada"})

    learn(path)

    kept = Observation.objects.get()
    assert "Learnt from 80 sales" in capsys.readouterr().out
    assert (kept.asset, kept.kind, kept.source.slug) == (known, "model", "sales-real-estate")
    assert 100_000 * USD < kept.value < 600_000 * USD
    assert kept.value == quantised_down(kept.value)


def test_learning_again_says_the_same(make_asset, tmp_path, capsys):
    path = tmp_path / "sales.csv"
    path.write_bytes(content(houses(40)))
    make_asset(HOUSE, attributes={"floor_area_cm2": 1_500_000})

    learn(path)
    learn(path)

    assert "1 known already" in capsys.readouterr().out


def test_a_prediction_is_told_to_three_digits_rounded_down():
    assert [quantised_down(amount) for amount in (1_239.9, 999.9, 12.3)] == [1_230, 999, 12]


def test_the_command_derives_by_age_and_by_index(make_asset, tmp_path, capsys):
    make_asset(CAR, price_units=20_000 * USD, attributes=PRICED)
    index = tmp_path / "index.csv"
    index.write_text("IL,2020,1,200\nIL,2026,3,300\n")

    call_command("derive_prices", "--index", str(index))

    told = capsys.readouterr().out
    assert "By depreciation: 1 recorded" in told
    assert "By index: 0 recorded" in told


@pytest.mark.parametrize("given", [b"not,an,index\n1\n", b"\xff\xfe", None])
def test_a_bad_index_is_refused_before_anything_is_recorded(make_asset, tmp_path, given):
    make_asset(CAR, price_units=20_000 * USD, attributes=PRICED)
    path = tmp_path / "index.csv"
    if given is not None:
        path.write_bytes(given)

    with pytest.raises(CommandError):
        call_command("derive_prices", "--index", str(path))

    assert Observation.objects.count() == 0
