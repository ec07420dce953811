"""Windows of blocks follow how long a node takes."""

import pytest

from settlement.domain.windows import GAS_AT_ONCE, LARGEST, narrowed, widened, within_gas


@pytest.mark.parametrize(
    ("window", "took_s", "next_window"),
    [(100, 0.1, 200), (100, 1.0, 200), (100, 1.6, 125), (100, 2.0, 100), (100, 60.0, 50)],
)
def test_a_window_tends_to_two_seconds_and_at_most_doubles_or_halves(window, took_s, next_window):
    assert widened(window, took_s=took_s) == next_window


def test_no_window_is_larger_than_the_largest_or_empty():
    assert widened(LARGEST, took_s=0) == LARGEST
    assert widened(1, took_s=100) == 1
    assert narrowed(1) == 1


def test_a_refusal_quarters_the_window():
    assert narrowed(200) == 50


@pytest.mark.parametrize(
    ("gas_used", "count"),
    [
        ([], 0),
        ([0] * 500, 500),
        ([GAS_AT_ONCE], 1),
        ([GAS_AT_ONCE + 1], 1),
        ([GAS_AT_ONCE, 0, 1], 2),
        ([1, GAS_AT_ONCE - 1, 1], 2),
        ([1, GAS_AT_ONCE], 1),
        ([GAS_AT_ONCE * 9, 1], 1),
    ],
)
def test_a_step_ends_before_the_block_with_which_its_gas_would_be_too_much(gas_used, count):
    assert within_gas(gas_used) == count
