"""Indices of prices by region and quarter."""

from datetime import date

import pytest

from oracles.domain.errors import OracleError
from oracles.domain.price_index import read_index

LINES = "CA,2018,4,100.5\nCA,2019,1,110\nNV,2018,4,-\nNV,2019,1,90.25\n"


def test_a_level_is_that_of_the_day_s_quarter():
    index = read_index(LINES)

    assert index.at("CA", date(2018, 10, 1)) == 100_500
    assert index.at("CA", date(2018, 12, 31)) == 100_500
    assert index.at("CA", date(2019, 3, 31)) == 110_000


@pytest.mark.parametrize("day", [date(2018, 9, 30), date(2019, 4, 1)])
def test_outside_what_is_published_there_is_no_level(day):
    assert read_index(LINES).at("CA", day) is None


def test_a_gap_and_an_unknown_region_have_no_level():
    index = read_index(LINES)

    assert index.at("NV", date(2018, 11, 1)) is None
    assert index.at("ZZ", date(2019, 1, 1)) is None
    assert index.newest("ZZ") is None


def test_the_newest_level_holds_from_the_day_after_its_quarter():
    assert read_index(LINES).newest("NV") == (date(2019, 4, 1), 90_250)
    assert read_index("CA,2018,4,7\n").newest("CA") == (date(2019, 1, 1), 7_000)


def test_a_header_is_passed_over():
    assert read_index("state,year,quarter,level\n" + LINES).at("CA", date(2019, 1, 1)) == 110_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CA,2018,4,x\n",
        "CA,2018,5,1\nCA,2018,5,1\n",
        "CA,2018,1,1\nCA,soon,1,1\n",
        "a\nb\n",
        "1" * 200_000,
    ],
    ids=["nothing", "no level", "no quarter", "no year", "no index", "a cell without end"],
)
def test_what_is_no_index_is_refused_in_a_sentence(text):
    with pytest.raises(OracleError, match="index"):
        read_index(text)


def test_a_shifted_index_is_refused_as_a_whole():
    past = [f"S{n},2018,{q},{100 * 2**n + q}" for n in range(8) for q in (1, 2, 3, 4)]
    shifted = [f"S{n},2019,1,{100 * 2 ** ((n * 3 + 1) % 8)}" for n in range(8)]

    with pytest.raises(OracleError, match="columns are shifted"):
        read_index("\n".join([*past, *shifted]))
