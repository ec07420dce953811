"""Reading a table as sales."""

from datetime import date, timedelta

import pytest

from collateral.domain.portfolio import FileRefused
from tests.unit.oracles.sales.market import MAP, houses, sales_of

PRICE_AND_SIZE = "price=Price,floor_area=Size:m2"


def refusal(rows, **given):
    with pytest.raises(FileRefused) as refused:
        sales_of(rows, **given)
    assert refused.value.sentence.endswith(".")
    return refused.value.code


def test_a_sale_has_its_price_its_facts_in_base_units_and_what_follows_from_them():
    file = sales_of(houses(30), mapping=MAP + ",sold_on=Sold")

    first = file.sales[0]
    assert first.line == 2
    assert first.day == date(2015, 1, 1)
    assert first.price_units % 1_000_000 == 0
    assert first.facts["floor_area_cm2"] % 10_000 == 0
    assert first.facts["years_when_sold"] == 2015 - first.facts["year_built"]


def test_an_address_tells_its_street_and_a_vin_its_series():
    rows = [[100 + n, f"{n} First Ave #{n}", ""] for n in range(30)]
    cars = [[100 + n, "", "1HGCM82633A004352"] for n in range(30)]
    header = ("Price", "Where", "Vin")

    house = sales_of(rows, header=header, mapping="price=Price,address=Where").sales[7]
    car = sales_of(cars, header=header, mapping="price=Price,vin=Vin", code="car").sales[0]

    assert house.facts["street"] == "First Ave"
    assert car.facts["vin_series"] == "1HGCM826"


@pytest.mark.parametrize("cell", ["NA", "", "?", "n/a", "None", "NaN"])
def test_a_missing_fact_is_no_fact(cell):
    rows = houses(40)
    rows[3][1] = cell

    file = sales_of(rows)

    assert "floor_area_cm2" not in file.sales[3].facts
    assert (len(file.sales), file.unreadable_cells) == (40, 0)


@pytest.mark.parametrize("cell", ["big", "-5", "1e400", "9" * 40, "12..5"])
def test_an_unreadable_fact_is_missing_and_counted(cell):
    rows = houses(40)
    rows[3][1] = cell

    file = sales_of(rows)

    assert "floor_area_cm2" not in file.sales[3].facts
    assert file.unreadable_cells == 1


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "CELL_EMPTY"),
        ("NaN", "CELL_EMPTY"),
        ("0", "ZERO_PRICE"),
        ("-5", "NEGATIVE_PRICE"),
        ("1" + "0" * 30, "NOT_A_NUMBER"),
        ("1" + "0" * 14, "OUT_OF_RANGE"),
        ("inf", "NOT_A_NUMBER"),
        ("EUR 5", "CURRENCY_MISMATCH"),
        ("0.0000001", "ZERO_PRICE"),
    ],
)
def test_a_row_without_a_price_is_refused_with_its_line_and_code(cell, code):
    rows = houses(40)
    rows[3][0] = cell

    file = sales_of(rows)

    assert [(one.line, one.code) for one in file.refused] == [(5, code)]
    assert len(file.sales) == 39


def test_a_sale_in_the_future_is_refused():
    rows = houses(40)
    rows[3][5] = "2090-01-01"

    file = sales_of(rows, mapping=MAP + ",sold_on=Sold")

    assert [one.code for one in file.refused] == ["FUTURE_DATE"]


@pytest.mark.parametrize(("undated", "dated"), [(4, True), (5, False)])
def test_with_more_than_a_tenth_undated_sales_are_not_put_in_order(undated, dated):
    rows = houses(40)
    for row in rows[:undated]:
        row[5] = ""

    assert sales_of(rows, mapping=MAP + ",sold_on=Sold").dated is dated


@pytest.mark.parametrize(
    ("telling", "ambiguous", "dollars"),
    [
        ("7.5", "101.500", 101.5),
        ("7,5", "101,500", 101.5),
        ("1,234,567", "101,500", 101_500),
        ("$1,234.50", "$101,500", 101_500),
        ("1.234.567", "101.500", 101_500),
        (".25", "101.500", 101.5),
    ],
)
def test_one_cell_may_show_the_decimal_mark_of_its_column(telling, ambiguous, dollars):
    rows = [[ambiguous if n else telling, 50 + n] for n in range(30)]

    file = sales_of(rows, header=("Price", "Size"), mapping=PRICE_AND_SIZE)

    assert file.refused == []
    assert file.sales[1].price_units == dollars * 1_000_000


def test_a_column_that_does_not_show_it_is_not_guessed():
    rows = [[f"{100 + n}.500", 50 + n] for n in range(30)]
    header, mapping = ("Price", "Size"), PRICE_AND_SIZE

    assert refusal(rows, header=header, mapping=mapping) == "TOO_FEW_SALES"
    file = sales_of(rows, header=header, mapping=mapping, decimal=",")
    assert file.sales[0].price_units == 100_500 * 1_000_000


@pytest.mark.parametrize(("count", "enough"), [(19, False), (20, True)])
def test_twenty_sales_are_enough(count, enough):
    if enough:
        assert len(sales_of(houses(count)).sales) == count
    else:
        assert refusal(houses(count)) == "TOO_FEW_SALES"


def test_what_can_teach_nothing_is_refused():
    equal = [["100", *row[1:]] for row in houses(40)]

    assert refusal(equal) == "ALL_EQUAL"
    assert refusal(houses(40), mapping="price=Price") == "NO_FACTS"
    assert refusal(houses(40), mapping="bedrooms=Beds") == "PRICE_NOT_MAPPED"
    assert refusal(houses(40), mapping="price=Cost") == "MISSING_COLUMN"


def test_an_ignored_field_is_not_looked_at_and_the_price_cannot_be_ignored():
    file = sales_of(houses(40), ignored=["address", "price"])

    assert "address" not in file.fields()
    assert file.sales[0].price_units > 0


def test_a_file_of_rents_teaches_rents():
    rows = [[1 + n / 10, 80] for n in range(30)]

    file = sales_of(
        rows,
        header=("Rent", "Memory"),
        mapping="hourly_income=Rent,gpu_memory=Memory",
        code="gpu_server",
    )

    assert file.sales[5].price_units == 1_500_000


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y"])
def test_days_are_read_in_the_one_order_that_their_column_shows(form):
    rows = houses(60)
    days = [date(2020, 1, 1) + timedelta(days=7 * place) for place in range(60)]
    told = [[*row[:-1], day.strftime(form)] for row, day in zip(rows, days, strict=True)]

    file = sales_of(told, mapping=MAP + ",sold_on=Sold")

    assert [one.day for one in file.sales] == days
    assert file.refused == []
