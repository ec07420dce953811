"""Paths of prices read from tables."""

import pytest

from collateral.domain.classes import CLASSES
from lending.domain.errors import LendingRefused
from lending.domain.stress.paths import ONE, read_paths
from lending.stress.scenarios import load_scenario, scenario_names

CODES = [one.code for one in CLASSES]
DAY = 86_400
TABLE = "# from a paper\nday,car,real_estate+factory@NV,real_estate@CA\n0,50,10,10\n10,25,8,9\n"


def paths(text=TABLE):
    return read_paths(text, known_classes=CODES)


def test_levels_are_shares_of_the_first_row_and_straight_between_rows():
    found = paths()

    assert [found.level("car", day * DAY) for day in (0, 5, 10, 99)] == [
        ONE,
        ONE * 3 // 4,
        ONE // 2,
        ONE // 2,
    ]
    assert found.duration_s == 10 * DAY
    assert found.remarks == ("from a paper",)


def test_a_column_may_speak_for_several_classes():
    assert paths().classes() == ["car", "factory", "real_estate"]
    assert paths().level("factory@NV", 10 * DAY) == ONE * 8 // 10


@pytest.mark.parametrize(
    ("code", "region", "column"),
    [
        ("car", "NV", "car"),
        ("real_estate", "CA", "real_estate@CA"),
        ("real_estate", "IL", "real_estate@NV"),
        ("real_estate", None, "real_estate@NV"),
        ("art", "NV", None),
    ],
    ids=["its class", "its region", "the worst for another", "the worst for none", "not moved"],
)
def test_a_thing_follows_its_region_its_class_or_the_worst_region(code, region, column):
    assert paths().column_for(code, region) == column


def test_a_thing_without_a_column_keeps_its_price():
    assert paths().level(None, 5 * DAY) == ONE


def test_hours_are_a_time_too():
    assert paths("hour,lrt\n0,1\n6,0.8\n").duration_s == 6 * 3_600


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "TOO_SHORT"),
        ("day,car\n0,1\n", "TOO_SHORT"),
        ("week,car\n0,1\n1,1\n", "NO_TIME"),
        ("day\n0\n1\n", "NO_COLUMN"),
        ("day,boat\n0,1\n1,1\n", "UNKNOWN_CLASS"),
        ("day,car,car\n0,1,1\n1,1,1\n", "COLUMN_TWICE"),
        ("day,car\n0,1\n0,1\n", "NOT_IN_ORDER"),
        ("day,car\n0,1\n1\n", "ROW_WIDTH"),
        ("day,car\n0,1\n1,0\n", "NOT_POSITIVE"),
        ("day,car\n0,1\n1,-2\n", "NOT_POSITIVE"),
        ("day,car\n0,1\n1,NaN\n", "NOT_A_NUMBER"),
        ("day,car\n0,1\n1,1e40\n", "NOT_A_NUMBER"),
        ("day,car\n0,1\n1,cheap\n", "NOT_A_NUMBER"),
        ("day,car\n0,1\n1,1e999999999\n", "NOT_A_NUMBER"),
        ("day,car\n1e999999999,1\n1,1\n", "NOT_A_NUMBER"),
        pytest.param("day,car\n0,1\n1," + "1" * 200_000, "CSV_SYNTAX", id="a cell without end"),
        ("day,car\n0,1\n99999,1\n", "TOO_LONG"),
    ],
)
def test_what_is_no_scenario_is_refused_in_a_sentence(text, code):
    with pytest.raises(LendingRefused) as refused:
        paths(text)

    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


def test_each_scenario_that_comes_along_says_where_it_is_from_and_falls():
    assert scenario_names() == ["fhfa-2007", "gpu-generation", "lrt-depeg"]
    for name in scenario_names():
        found = load_scenario(name).paths

        assert len(found.remarks) >= 2
        assert min(found.lowest(column) for column in found.series) < ONE * 8 // 10


def test_the_fall_after_2007_is_the_published_one():
    found = load_scenario("fhfa-2007").paths

    assert found.lowest("real_estate@NV") == pytest.approx(ONE * 0.442, rel=0.03)
    assert found.lowest("real_estate@ND") > ONE * 95 // 100


def test_a_scenario_that_is_nowhere_is_refused_with_those_there_are(tmp_path):
    wrong = tmp_path / "latin.csv"
    wrong.write_bytes(b"day,car\n0,1\n1,caf\xe9\n")

    with pytest.raises(LendingRefused, match="fhfa-2007, gpu-generation, lrt-depeg"):
        load_scenario("fhfa-2006")
    with pytest.raises(LendingRefused, match="UTF-8"):
        load_scenario(str(wrong))
