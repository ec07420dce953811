"""Cells: exact, never guessed, rounded against the owner."""

from datetime import date
from fractions import Fraction

import pytest

from collateral.domain.classes import class_by_code
from collateral.domain.identifiers import IdentifierError
from collateral.domain.portfolio.cells import (
    date_order,
    parse_cell,
    parse_date,
    parse_number,
    refuse_bare_day_numbers,
    unit_of,
)
from collateral.domain.portfolio.errors import CellError, FileRefused

TODAY = date(2026, 11, 22)
HOUSE = class_by_code("real_estate")
CAR = class_by_code("car")
ENERGY = class_by_code("energy")
GEM = class_by_code("collectible")
HOTSPOT = class_by_code("hotspot")


def cell(asset_class, name, raw, unit="", decimal_mark=""):
    field = asset_class.field_named(name)
    return parse_cell(field, raw, unit=unit, decimal_mark=decimal_mark, as_of=TODAY)


def refused(asset_class, name, raw, unit="", decimal_mark=""):
    with pytest.raises((CellError, IdentifierError)) as refusal:
        cell(asset_class, name, raw, unit, decimal_mark)
    return refusal.value.code


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("15.9", "15.9"),
        ("28500", "28500"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("28,5", "28.5"),
        ("0.500", "0.5"),
        ("0,218", "0.218"),
        ("1234.567", "1234.567"),
        ("328.1788", "328.1788"),
        ("1 234 567", "1234567"),
        ("1'234.5", "1234.5"),
        ("$ 12.50", "12.50"),
        ("US$7", "7"),
        ("19 USD", "19"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-3", "-3"),
        ("+3", "3"),
        ("1e+05", "100000"),
        ("1.25E+05", "125000"),
        ("7\u202f500,50", "7500.50"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1\u2019234.5", "1234.5"),
        ("$ 1,234,567.00", "1234567"),
        ("1.234.567,-", "1234567"),
    ],
)
def test_a_number_with_one_meaning_is_read_exactly(raw, number):
    found = parse_number(raw)

    assert found == Fraction(number)


@pytest.mark.parametrize("raw", ["28.500", "28,500", "1.000", "999.999", "28.500 USD", "$28,500"])
def test_a_number_with_two_meanings_is_refused(raw):
    with pytest.raises((CellError, IdentifierError)) as refusal:
        parse_number(raw)

    assert refusal.value.code == "AMBIGUOUS_NUMBER"
    assert "--decimal" in refusal.value.sentence


@pytest.mark.parametrize(
    ("raw", "mark", "number"),
    [
        ("28.500", ".", "28.5"),
        ("28.500", ",", "28500"),
        ("28,500", ".", "28500"),
        ("28,500", ",", "28.5"),
        ("1.234,5", ",", "1234.5"),
    ],
)
def test_a_declared_decimal_mark_settles_it(raw, mark, number):
    found = parse_number(raw, decimal_mark=mark)

    assert found == Fraction(number)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "abc",
        "1e5",
        "nan",
        "inf",
        "12..5",
        "1,23,456",
        "1.2.3,4",
        "12-5",
        "--5",
        "٣",
        "1" * 31,
        "0x10",
        "1/2",
        "5%",
        "5 km",
        "5 5 USD 5",
        "1e-3",
        "1e+400",
        "+-5",
        ",",
        ".",
    ],
)
def test_what_is_no_number_is_refused(raw):
    with pytest.raises((CellError, IdentifierError)) as refusal:
        parse_number(raw)

    assert refusal.value.code == "NOT_A_NUMBER"


@pytest.mark.parametrize(
    ("raw", "beside"),
    [
        ("€12500", "EUR"),
        ("12500 €", "EUR"),
        ("eur 12500", "EUR"),
        ("EUR12500,-", "EUR"),
        ("$12500", "SGD"),
        ("¥12500", "JPY"),
        ("CHF 12'500", "CHF"),
        ("12500 km", "km"),
        ("12500KM", "km"),
        ("12500 m2", "m2"),
    ],
)
def test_its_own_currency_or_unit_may_stand_beside_a_number(raw, beside):
    found = parse_number(raw, beside=beside)

    assert found == 12_500


@pytest.mark.parametrize(
    ("raw", "beside", "code"),
    [
        ("€5", "USD", "CURRENCY_MISMATCH"),
        ("5 EUR", "USD", "CURRENCY_MISMATCH"),
        ("US$5", "EUR", "CURRENCY_MISMATCH"),
        ("USD 5", "SGD", "CURRENCY_MISMATCH"),
        ("5 mi", "km", "NOT_A_NUMBER"),
        ("$5", "km", "NOT_A_NUMBER"),
        ("5 each", "USD", "NOT_A_NUMBER"),
    ],
)
def test_another_currency_or_unit_beside_a_number_is_refused(raw, beside, code):
    with pytest.raises(CellError) as refusal:
        parse_number(raw, beside=beside)

    assert refusal.value.code == code


@pytest.mark.parametrize(("raw", "mark"), [("1,5", "."), ("1.5", ","), ("1.234.5", ".")])
def test_a_number_against_the_declared_mark_is_refused(raw, mark):
    with pytest.raises((CellError, IdentifierError)) as refusal:
        parse_number(raw, decimal_mark=mark)

    assert refusal.value.code == "NOT_A_NUMBER"


@pytest.mark.parametrize(
    ("raw", "unit", "day"),
    [
        ("2026-03-31", "", date(2026, 3, 31)),
        ("2026/3/1", "", date(2026, 3, 1)),
        ("31.03.2026", "", date(2026, 3, 31)),
        ("03/31/2026", "", date(2026, 3, 31)),
        ("05/05/2026", "", date(2026, 5, 5)),
        ("04/03/2026", "dmy", date(2026, 3, 4)),
        ("04/03/2026", "mdy", date(2026, 4, 3)),
        ("38611", "excel_days", date(2005, 9, 16)),
        ("16695", "sas_days", date(2005, 9, 16)),
        ("13042", "unix_days", date(2005, 9, 16)),
        ("2026-03-31", "iso", date(2026, 3, 31)),
        ("20260331", "", date(2026, 3, 31)),
        ("20141013T000000", "", date(2014, 10, 13)),
        ("2026-03-31T23:59:59Z", "", date(2026, 3, 31)),
        ("2026-03-31 00:00:00+02:00", "", date(2026, 3, 31)),
        ("31 Mar 2026", "", date(2026, 3, 31)),
        ("31-MAR-2026", "", date(2026, 3, 31)),
        ("March 31, 2026", "", date(2026, 3, 31)),
        ("Sept. 1 2026", "", date(2026, 9, 1)),
        ("03/31/26", "", date(2026, 3, 31)),
        ("04/03/26", "dmy", date(2026, 3, 4)),
        ("4.3.69", "dmy", date(1969, 3, 4)),
        ("4.3.68", "dmy", date(2068, 3, 4)),
        ("31-Jan-26", "", date(2026, 1, 31)),
        ("2026-03", "", date(2026, 3, 1)),
        ("Mar 2026", "", date(2026, 3, 1)),
        ("2026", "year", date(2026, 1, 1)),
        ("2026.0", "year", date(2026, 1, 1)),
    ],
)
def test_a_date_with_one_meaning_is_read(raw, unit, day):
    found = parse_date(raw, unit=unit)

    assert found == day


@pytest.mark.parametrize(
    ("raw", "unit", "code"),
    [
        ("04/03/2026", "", "AMBIGUOUS_DATE"),
        ("2026-02-30", "", "NOT_A_DATE"),
        ("31.02.2026", "dmy", "NOT_A_DATE"),
        ("yesterday", "", "NOT_A_DATE"),
        ("16695", "", "NOT_A_DATE"),
        ("2026-03-31", "sas_days", "NOT_A_DATE"),
        ("-5", "sas_days", "NOT_A_DATE"),
        ("20260331", "excel_days", "NOT_A_DATE"),
        ("13/13/2026", "", "NOT_A_DATE"),
        ("20261331", "", "NOT_A_DATE"),
        ("31 Foo 2026", "", "NOT_A_DATE"),
        ("31 Ju 2026", "", "NOT_A_DATE"),
        ("31 Jan 26", "", "NOT_A_DATE"),
        ("31/03/26", "", "AMBIGUOUS_DATE"),
        ("05/05/16", "", "AMBIGUOUS_DATE"),
        ("05-09-16", "", "NOT_A_DATE"),
        ("2026-13", "", "NOT_A_DATE"),
        ("Foo 2026", "", "NOT_A_DATE"),
        ("2026", "", "NOT_A_DATE"),
        ("16695", "year", "NOT_A_DATE"),
        ("2026-03-31T", "", "NOT_A_DATE"),
    ],
)
def test_a_date_with_two_meanings_or_none_is_refused(raw, unit, code):
    with pytest.raises((CellError, IdentifierError)) as refusal:
        parse_date(raw, unit=unit)

    assert refusal.value.code == code


def test_day_numbers_without_a_declared_day_zero_refuse_the_file():
    with pytest.raises(FileRefused) as refusal:
        refuse_bare_day_numbers("Date", ["16695", "", "16880"])

    assert refusal.value.code == "DAY_NUMBERS"
    assert "Date:sas_days" in refusal.value.sentence


@pytest.mark.parametrize("cells", [[], [""], ["2026-03-31", "16695"]])
def test_other_date_columns_are_left_to_their_rows(cells):
    outcome = refuse_bare_day_numbers("Date", cells)

    assert outcome is None


@pytest.mark.parametrize(
    ("asset_class", "name", "raw", "unit", "value"),
    [
        (CAR, "price", "15.9", "kUSD", 15_900_000_000),
        (CAR, "price", "15900", "USD", 15_900_000_000),
        (CAR, "price", "15900", "", 15_900_000_000),
        (CAR, "price", "0.0000019", "USD", 1),
        (GEM, "price", "1302", "SGD@0.58", 755_160_000),
        (CAR, "mileage", "17.8", "kmi", 28_646_323),
        (CAR, "mileage", "48200", "km", 48_200_000),
        (CAR, "age", "3", "years", 36),
        (HOUSE, "floor_area", "1120", "sqft", 1_040_514),
        (HOUSE, "lot_area", "0.172176309", "acre", 6_967_728),
        (ENERGY, "nameplate", "250", "W", 250),
        (ENERGY, "nameplate", "328.1788", "W", 328),
        (ENERGY, "nameplate", "2.2", "MW", 2_200_000),
        (GEM, "weight", "0.31", "carat", 310),
        (HOUSE, "bedrooms", "3", "", 3),
        (HOUSE, "year_built", "1900", "", 1900),
        (HOUSE, "address", " 1510  First Ave ", "", "1510 First Ave"),
        (HOUSE, "country", "us", "", "US"),
        (HOUSE, "sold_on", "16695", "sas_days", "2005-09-16"),
        (HOTSPOT, "location_h3", "8928308280FFFFF", "", "8928308280fffff"),
    ],
)
def test_a_cell_is_kept_in_whole_base_units_rounded_down(asset_class, name, raw, unit, value):
    found = cell(asset_class, name, raw, unit)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("raw", "year"), [("1998", 1998), ("1998.0", 1998), ("03/2015", 2015), ("3.2015", 2015)]
)
def test_a_year_may_be_kept_as_a_fraction_or_with_its_month(raw, year):
    assert cell(CAR, "year_built", raw) == year


@pytest.mark.parametrize(
    ("asset_class", "name", "raw", "code"),
    [
        (CAR, "price", "-1", "NEGATIVE_PRICE"),
        (CAR, "price", "-0.01", "NEGATIVE_PRICE"),
        (CAR, "price", "0", "ZERO_PRICE"),
        (CAR, "price", "28.500", "AMBIGUOUS_NUMBER"),
        (CAR, "price", "call us", "NOT_A_NUMBER"),
        (CAR, "price", "9" * 14, "OUT_OF_RANGE"),
        (CAR, "mileage", "-5", "NEGATIVE_USAGE"),
        (CAR, "year_built", "1000", "YEAR_SENTINEL"),
        (CAR, "year_built", "2028", "YEAR_SENTINEL"),
        (CAR, "year_built", "98", "YEAR_SENTINEL"),
        (CAR, "year_built", "1998.5", "YEAR_SENTINEL"),
        (CAR, "year_built", "13/2015", "YEAR_SENTINEL"),
        (HOUSE, "bedrooms", "2.5", "NOT_WHOLE"),
        (HOUSE, "sold_on", "2026-11-23", "FUTURE_DATE"),
        (HOUSE, "country", "Utopia", "COUNTRY_FORMAT"),
        (HOUSE, "address", "x" * 201, "TEXT_TOO_LONG"),
    ],
)
def test_a_cell_that_cannot_be_true_is_refused(asset_class, name, raw, code):
    found = refused(asset_class, name, raw)

    assert found == code


@pytest.mark.parametrize(
    ("name", "code", "known"),
    [
        ("price", "kUSD", True),
        ("price", "EUR@1.08", True),
        ("price", "EUR", False),
        ("price", "EUR@", False),
        ("price", "eur@1.08", False),
        ("mileage", "kmi", True),
        ("mileage", "EUR@1.08", False),
        ("mileage", "USD", False),
        ("mileage", "", True),
    ],
)
def test_units_are_known_and_a_foreign_currency_needs_its_rate(name, code, known):
    unit = unit_of(CAR.field_named(name), code)

    assert (unit is not None) is known


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["04/03/2026", "31/03/2026"], "dmy"),
        (["04/03/2026", "03/31/2026"], "mdy"),
        (["04/03/2026", "12/12/2026"], ""),
        (["31/03/2026", "03/31/2026"], ""),
        (["2026-03-31", "", "soon"], ""),
        (["04/03/26", "03/31/26"], "mdy"),
        (["04/03/26", "31/03/26"], ""),
        (["31/03/26", "03/31/26"], ""),
        (["31/03/2026", "31/03/26"], "dmy"),
    ],
)
def test_a_column_shows_its_order_by_a_day_that_is_no_month(cells, order):
    assert date_order(cells) == order
