"""Whole files: read or refused in one sentence, and bad rows set aside with their line."""

from datetime import date

import pytest

from collateral.domain.classes import class_by_code
from collateral.domain.portfolio import FileRefused, parse_map, read_portfolio, read_table
from collateral.domain.portfolio.mapping import Source, column_mapping

TODAY = date(2026, 11, 22)
HOUSES = "price=SalePrice,address=Address,sold_on=Sold"
HEADER = "Address,SalePrice,Sold\n"


def read(text, map_text=HOUSES, class_code="real_estate", **options):
    mapping = column_mapping(
        asset_class=class_by_code(class_code), sources=parse_map(map_text), **options
    )
    content = text if isinstance(text, bytes) else text.encode()
    table = read_table(content, skip_lines=mapping.skip_lines)
    return read_portfolio(table=table, mapping=mapping, file_name="houses.csv", as_of=TODAY)


def file_refused(text, map_text=HOUSES, class_code="real_estate", **options):
    with pytest.raises(FileRefused) as refusal:
        read(text, map_text, class_code, **options)
    assert refusal.value.sentence.endswith(".")
    assert "\n" not in refusal.value.sentence
    return refusal.value


def test_good_rows_become_assets_of_the_file():
    portfolio = read(HEADER + "1 Elm St,214500,2026-05-20\n", publisher="County")

    row = portfolio.rows[0]

    assert row.price_units == 214_500_000_000
    assert row.attributes["sold_on"] == "2026-05-20"
    assert [one.canonical for one in row.identifiers] == ["county|houses.csv|1"]
    assert "RECORD_ONLY" in row.flags


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    text = "\ufeff" + HEADER.replace("\n", "\r\n") + "1 Elm St,214500,2026-05-20\r\n"

    portfolio = read(text)

    assert len(portfolio.rows) == 1


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_columns_may_be_separated_by_another_mark_that_the_header_shows(mark):
    text = HEADER.replace(",", mark) + mark.join(["1 Elm St, Ames", "214500,5", "2026-05-20"])

    portfolio = read(text + "\n")

    assert [row.attributes["address"] for row in portfolio.rows] == ["1 Elm St, Ames"]
    assert portfolio.rows[0].attributes["price_units"] == 214_500_500_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY_FILE"),
        (HEADER.encode(), "NO_ROWS"),
        ((HEADER + "Calle Nu\xf1ez,1,2026-05-20\n").encode("latin-1"), "ENCODING"),
        ((HEADER + "1 Elm St,1,2026-05-20\n").encode("utf-16"), "ENCODING"),
        (b"Address,SalePrice,Sold\n\x00,1,2026-05-20\n", "NOT_TEXT"),
        (b'Address,SalePrice,Sold\n"Elm,1,2026-05-20\n', "CSV_SYNTAX"),
        (b"Address,SalePrice,Sold,Sold\nElm,1,2026-05-20,x\n", "COLUMN_TWICE"),
        (b"AK,1975,1,61.56\nAK,1975,2,63.04\n", "NO_HEADER"),
        (b"DV_ENC,1975,1,63.63\nDV_ENC,1975,2,64\n", "NO_HEADER"),
        (b"id,name,gender,dates,yearOfBirth,yearOfDeath\n1,M,F,x,1930,\n", "LIST_OF_PEOPLE"),
        (b"Address,Price,Sold\nElm,1,2026-05-20\n", "MISSING_COLUMN"),
    ],
)
def test_a_file_that_is_no_portfolio_is_refused_in_one_sentence(content, code):
    refusal = file_refused(content)

    assert refusal.code == code


def test_the_place_of_a_wrong_byte_is_named():
    content = (HEADER + "Elm,1,2026-05-20\nCalle Nu\xf1ez,1,2026-05-20\n").encode("latin-1")

    refusal = file_refused(content)

    assert "0xf1 on line 3" in refusal.sentence


def test_a_missing_column_is_named_with_those_there_are():
    refusal = file_refused("Address,Price,Sold\nElm,1,2026-05-20\n")

    assert "'SalePrice'" in refusal.sentence
    assert "Address, Price, Sold" in refusal.sentence


def test_a_list_of_people_is_no_portfolio_of_art_whatever_the_mapping():
    refusal = file_refused(
        "id,name,gender,dates,yearOfBirth\n1,Monet,Male,1840-1926,1840\n",
        "artist=name,title=name,year=yearOfBirth",
        "art",
    )

    assert refusal.code == "LIST_OF_PEOPLE"


def test_bad_rows_are_reported_with_line_and_reason_and_good_rows_kept():
    portfolio = read(
        HEADER
        + "1 Elm St,214500,2026-05-20\n"
        + "2 Elm St,28.500,2026-05-20\n"
        + "3 Elm St,-5,2026-05-20\n"
        + "4 Elm St,100000,2031-01-01\n"
        + "5 Elm St,100000\n"
        + "6 Elm St,100000,2026-05-20,extra\n"
        + "7 Elm St,99000,2026-05-20\n"
    )

    refused = [(one.line, one.code) for one in portfolio.refused]

    assert refused == [
        (3, "AMBIGUOUS_NUMBER"),
        (4, "NEGATIVE_PRICE"),
        (5, "FUTURE_DATE"),
        (6, "ROW_WIDTH"),
        (7, "ROW_WIDTH"),
    ]
    assert [row.line for row in portfolio.rows] == [2, 8]


def test_a_bad_row_does_not_move_the_record_numbers_of_the_others():
    portfolio = read(HEADER + "1 Elm St,x,2026-05-20\n2 Elm St,1,2026-05-20\n")

    numbers = [row.record_number for row in portfolio.rows]

    assert numbers == [2]


def test_a_record_over_several_lines_is_known_by_its_first_line():
    portfolio = read(HEADER + '"1 Elm\nSt",1,2026-05-20\n2 Elm St,x,2026-05-20\n')

    lines = [one.line for one in portfolio.rows], [one.line for one in portfolio.refused]

    assert lines == ([2], [4])


def test_blank_lines_are_no_rows():
    portfolio = read(HEADER + "\n1 Elm St,1,2026-05-20\n,,\n\n2 Elm St,2,2026-05-20\n")

    lines = [row.line for row in portfolio.rows]

    assert lines == [3, 6]


def test_rows_with_one_address_are_flagged_and_not_merged():
    portfolio = read(
        HEADER
        + "1510 First Ave #112,7000,2005-09-16\n"
        + "9 Oak St,8000,2005-09-16\n"
        + "1510 first ave. 112,9000,2011-01-05\n"
    )

    flagged = ["POSSIBLE_DUPLICATE" in row.flags for row in portfolio.rows]

    assert flagged == [True, False, True]


def test_an_empty_optional_cell_is_left_out():
    portfolio = read(HEADER + "1 Elm St,,2026-05-20\n")

    row = portfolio.rows[0]

    assert row.price_units is None
    assert "price_units" not in row.attributes


def test_a_repeated_identifier_is_refused_with_its_first_line():
    portfolio = read(
        "vin,price\n1G1AL58F787159241,9000\n 1g1al58f787159241,9500\n",
        "vin=vin,price=price",
        "car",
    )

    refusal = portfolio.refused[0]

    assert (refusal.line, refusal.code) == (3, "DUPLICATE_IDENTIFIER")
    assert "line 2" in refusal.sentence


def test_a_bad_identifier_refuses_its_row_only():
    portfolio = read(
        "vin,price\n1J9RP1A3XA1644345,9000\n1J9RP1A36A1644345,9500\n", "vin=vin,price=price", "car"
    )

    refused = [(one.line, one.code) for one in portfolio.refused]

    assert refused == [(2, "VIN_CHECKSUM")]
    assert len(portfolio.rows) == 1


def test_a_row_without_the_identifier_that_its_file_carries_is_incomplete():
    portfolio = read("vin,price\n,9000\n", "vin=vin,price=price", "car")

    refused = [one.code for one in portfolio.refused]

    assert refused == ["PART_MISSING"]


def test_all_identifiers_of_a_thing_are_kept_best_first():
    portfolio = read(
        "mac,maker,model,serial\nD0:50:99:84:A2:A0,RAK,V2,RAK7248\n",
        "mac=mac,maker=maker,model=model,serial=serial",
        "hotspot",
    )

    schemes = [one.scheme for one in portfolio.rows[0].identifiers]

    assert schemes == ["mac", "serial"]


def test_the_country_of_the_title_decides_on_the_check_digit():
    text = "vin,country\nWP0ZZZ99ZTS392124,DE\nKNEJC524585810962,US\n"

    portfolio = read(text, "vin=vin,country=country", "car")

    assert [row.line for row in portfolio.rows] == [2]
    assert [one.code for one in portfolio.refused] == ["VIN_CHECKSUM"]


def test_lines_below_the_header_are_skipped_when_told():
    text = "Name,Paco\nUnits,W\n[0],inv_paco\nMICRO,250\n"

    portfolio = read(text, "listed_as=Name,nameplate=Paco:W", "energy", skip_lines=2)

    assert [row.attributes["nameplate_w"] for row in portfolio.rows] == [250]
    assert portfolio.rows[0].line == 4
    assert portfolio.refused == []


def test_the_second_column_counts_where_the_first_is_empty():
    text = "On-demand,Per-GPU\n40.97,5.12\n,0.92361\n"

    portfolio = read(text, "hourly_income=On-demand|Per-GPU:USD", "gpu_server")

    incomes = [row.attributes["hourly_income_units"] for row in portfolio.rows]
    assert incomes == [40_970_000, 923_610]
    assert "HOURLY_INCOME_FROM_PER-GPU" in portfolio.rows[1].flags
    assert "HOURLY_INCOME_FROM_PER-GPU" not in portfolio.rows[0].flags


def test_constants_fill_what_the_file_leaves_out():
    portfolio = read(HEADER + "1 Elm St,1,2026-05-20\n", constants={"country": "US"})

    assert portfolio.rows[0].attributes["country"] == "US"


def test_undeclared_day_numbers_refuse_the_file():
    refusal = file_refused(HEADER + "1 Elm St,1,16695\n2 Elm St,1,16880\n")

    assert refusal.code == "DAY_NUMBERS"


def test_a_declared_decimal_mark_reads_what_would_be_ambiguous():
    portfolio = read(HEADER + "1 Elm St,28.500,2026-05-20\n", decimal_mark=",")

    assert portfolio.rows[0].price_units == 28_500_000_000


def test_restaking_tokens_are_holdings_without_identifier():
    portfolio = read("symbol,amount\ntrETH,12.5\n", "symbol=symbol,amount=amount", "lrt")

    row = portfolio.rows[0]

    assert row.identifiers == ()
    assert row.attributes["amount_wei"] == 12_500_000_000_000_000_000


def test_a_holding_without_its_amount_is_refused():
    portfolio = read("symbol,amount\ntrETH,\n", "symbol=symbol,amount=amount", "lrt")

    assert [one.code for one in portfolio.refused] == ["CELL_EMPTY"]


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("price=Price:kUSD", {"price": Source(("Price",), "kUSD")}),
        (
            "price=Price, sold_on = Date ",
            {"price": Source(("Price",)), "sold_on": Source(("Date",))},
        ),
        (
            'price=P,"maker=Make, or brand"',
            {"price": Source(("P",)), "maker": Source(("Make, or brand",))},
        ),
        ("price=A|B:USD", {"price": Source(("A", "B"), "USD")}),
        ("model=GPU Type", {"model": Source(("GPU Type",))}),
    ],
)
def test_a_map_is_read(text, sources):
    found = parse_map(text)

    assert found == sources


@pytest.mark.parametrize(
    ("map_text", "class_code", "code"),
    [
        ("price", "car", "MAP_SYNTAX"),
        ("price=", "car", "MAP_SYNTAX"),
        ("price=Price,\rmodel=Model", "car", "MAP_SYNTAX"),
        ("=Price", "car", "MAP_SYNTAX"),
        ("price=A,price=B", "car", "MAP_TWICE"),
        ("colour=Colour", "car", "UNKNOWN_FIELD"),
        ("price=Price:EUR", "car", "UNKNOWN_UNIT"),
        ("mileage=Mileage:parsec", "car", "UNKNOWN_UNIT"),
        ("sold_on=Date:julian", "car", "UNKNOWN_UNIT"),
        ("model=Model:kg", "car", "UNKNOWN_UNIT"),
        ("symbol=Symbol", "lrt", "FIELD_NOT_MAPPED"),
    ],
)
def test_a_map_that_does_not_fit_the_class_is_refused(map_text, class_code, code):
    refusal = file_refused("a,b\n1x,2x\n", map_text, class_code)

    assert refusal.code == code


def test_an_empty_map_is_refused_with_the_way_to_the_fields():
    with pytest.raises(FileRefused) as refusal:
        column_mapping(asset_class=class_by_code("car"), sources={})

    assert "--fields --class car" in refusal.value.sentence


def test_an_unknown_decimal_mark_is_refused():
    refusal = file_refused(HEADER + "Elm,1,2026-05-20\n", decimal_mark=";")

    assert refusal.code == "DECIMAL_MARK"


def test_a_column_whose_name_holds_a_colon_is_found():
    portfolio = read("Price:USD,Address\n5,Elm\n", "address=Address,list_price=Price:USD")

    assert portfolio.rows[0].attributes["list_price_units"] == 5_000_000
