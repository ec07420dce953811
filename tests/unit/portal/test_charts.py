"""The geometry of the charts."""

import pytest

from portal.domain.charts.band import Sample, band_chart
from portal.domain.charts.bars import bars
from portal.domain.charts.gauge import call_value_ceil, gauge
from portal.domain.charts.price_path import price_path
from portal.domain.charts.scale import Scale, padded, path

START, FLOOR, WEEK = 276_000, 144_000, 604_800


def test_a_scale_puts_values_inside_the_drawing():
    scale = Scale(100, 300)

    places = [scale.percent(value) for value in (50, 100, 200, 300, 400)]

    assert places == [0, 0, 50, 100, 100]


def test_a_scale_without_extent_stays_at_its_start():
    scale = Scale(5, 5)

    assert scale.percent(7) == 0


def test_drawings_have_their_zero_at_the_top():
    scale = Scale(0, 100)

    assert scale.percent_down(25) == 75


def test_a_padded_scale_never_falls_below_zero():
    scale = padded([1, 1_000])

    assert scale.low == 0
    assert scale.high > 1_000


def test_a_path_moves_once_and_then_draws():
    commands = path([(0, 0), (50, 25), (100, 100)])

    assert commands == "M0 0 L500 250 L1000 1000"


def test_bars_are_longest_first_and_relative_to_the_longest():
    drawn = bars([("Cars", "car", 50, 2), ("Houses", "real_estate", 200, 1)])

    assert [(bar.label, bar.length) for bar in drawn] == [("Houses", 100), ("Cars", 25)]


def test_no_rows_give_no_bars():
    assert bars([]) == []


def test_the_call_mark_lies_where_debt_meets_the_limit():
    drawn = gauge(value=310_000, debt=151_000, limit=217_000)

    assert drawn.call_value == 215_715
    assert drawn.headroom_bps == 3_041
    assert drawn.mark_at < drawn.value_at


def test_a_loan_past_its_mark_shows_the_mark_beyond_the_value():
    drawn = gauge(value=240_000, debt=182_000, limit=168_000)

    assert drawn.headroom_bps < 0
    assert drawn.mark_at > drawn.value_at


def test_the_mark_is_rounded_up_against_the_borrower():
    mark = call_value_ceil(debt=1, limit=3, value=10)

    assert mark == 4


def test_at_the_mark_there_is_no_headroom():
    drawn = gauge(value=100, debt=70, limit=70)

    assert drawn.headroom_bps == 0
    assert drawn.mark_at == drawn.value_at


@pytest.mark.parametrize(("value", "debt", "limit"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_nothing_to_compare_gives_no_gauge(value, debt, limit):
    assert gauge(value=value, debt=debt, limit=limit) is None


def test_one_moment_makes_no_line():
    samples = [Sample(at=1, value=5, lower=4), Sample(at=1, value=6, lower=5)]

    assert band_chart(samples) is None


def test_a_band_runs_along_the_values_and_back_along_the_lower_bounds():
    samples = [Sample(at=20, value=110, lower=100), Sample(at=10, value=100, lower=90)]

    chart = band_chart(samples)

    assert [sample.at for sample in chart.samples] == [10, 20]
    assert chart.line.count("L") == 1
    assert chart.band.count("L") == 3
    assert chart.band.endswith("Z")
    assert chart.last_x == 100


def test_a_cap_above_all_values_is_still_inside_the_drawing():
    samples = [Sample(at=1, value=100, lower=90), Sample(at=2, value=100, lower=90)]

    chart = band_chart(samples, cap=200)

    assert 0 < chart.cap_y < 100
    assert chart.high > 200


def drawn_path(elapsed, price):
    return price_path(
        start=START,
        floor=FLOOR,
        starts_at=1_000,
        duration=WEEK,
        mark_at=1_000 + elapsed,
        mark_price=price,
    )


def test_a_price_path_starts_at_the_top_and_ends_at_the_bottom():
    drawn = drawn_path(0, START)

    assert drawn.passed.startswith("M0 0")
    assert drawn.to_come.endswith("L1000 1000")
    assert drawn.ends_at == 1_000 + WEEK


def test_the_mark_splits_the_path():
    drawn = drawn_path(WEEK // 2, 210_000)

    assert (drawn.mark_x, drawn.mark_y) == (50, 50)
    assert drawn.passed.endswith("L500 500")
    assert drawn.to_come.startswith("M500 500")


@pytest.mark.parametrize(("elapsed", "left"), [(0, False), (WEEK, True)])
def test_the_words_of_the_mark_stay_inside_the_drawing(elapsed, left):
    drawn = drawn_path(elapsed, FLOOR)

    assert drawn.label_left is left


@pytest.mark.parametrize(("elapsed", "low"), [(0, False), (WEEK // 2, False), (WEEK, True)])
def test_the_words_of_a_mark_at_the_floor_stand_above_it(elapsed, low):
    drawn = drawn_path(elapsed, FLOOR if low else START)

    assert drawn.at_floor is low
