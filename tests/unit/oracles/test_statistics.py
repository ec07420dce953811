"""Robust statistics in whole numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracles.domain.statistics import (
    deviation_up,
    standard_error_up,
    weighted_median_down,
    without_outliers,
)

WEIGHTED = st.lists(
    st.tuples(st.integers(0, 10**18), st.integers(1, 10**9)), min_size=1, max_size=12
)


def test_the_lower_of_two_middle_values_is_taken():
    assert weighted_median_down([(100, 1), (60, 1)]) == 60


def test_weight_decides_where_the_middle_is():
    assert weighted_median_down([(60, 2), (100, 3)]) == 100
    assert weighted_median_down([(60, 3), (100, 3)]) == 60


@pytest.mark.parametrize("values", [[], [(5, 0)]])
def test_a_median_of_nothing_is_refused(values):
    with pytest.raises(ValueError, match="positive weight"):
        weighted_median_down(values)


@given(WEIGHTED)
def test_the_median_is_an_observed_value_whatever_the_order(values):
    median = weighted_median_down(values)

    assert median in {value for value, _ in values}
    assert median == weighted_median_down(list(reversed(values)))


def test_two_sources_that_disagree_show_their_difference():
    assert deviation_up([60, 100], centre=60) == 60  # 1.4826 * 40 = 59.304


def test_the_deviation_of_equal_values_is_zero():
    assert deviation_up([7, 7, 7], centre=7) == 0


def test_the_standard_error_falls_with_the_root_of_the_count():
    assert standard_error_up(deviation=1_000, count=1) == 1_000
    assert standard_error_up(deviation=1_000, count=4) == 500
    assert standard_error_up(deviation=1_000, count=2) == 708


def test_values_beyond_the_allowed_deviations_are_outliers():
    inside = without_outliers([70, 100, 130, 131], centre=100, deviation=10, times=3)

    assert inside == [True, True, True, False]
