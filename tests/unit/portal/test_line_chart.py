"""A line over time: its ends, its newest point, and what has no line."""

import pytest

from portal.domain.charts.line import Point, line_chart
from portal.domain.charts.scale import Scale


def points(*values):
    return [
        Point(at=at * 3_600, value=value, words=f"{value} %") for at, value in enumerate(values)
    ]


def test_the_line_runs_in_order_of_time_to_the_newest_point():
    chart = line_chart(title="Uptime", points=points(0, 100, 50)[::-1], scale=Scale(0, 100))

    assert chart.line == "M0 1000 L500 0 L1000 500"
    assert (chart.last_x, chart.last_y) == (100.0, 50.0)
    assert (chart.low_words, chart.high_words) == ("0 %", "100 %")


def test_the_ends_of_the_scale_may_be_named():
    chart = line_chart(title="x", points=points(5, 6), scale=Scale(0, 9), ends=("none", "all"))

    assert (chart.low_words, chart.high_words) == ("none", "all")


@pytest.mark.parametrize("given", [[], points(5)])
def test_one_point_is_no_line(given):
    assert line_chart(title="x", points=given) is None
