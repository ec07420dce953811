"""Numbers as people read them."""

import pytest

from oracles.presentation import dollars, moment, scaled


@pytest.mark.parametrize(
    ("units", "shown"),
    [
        (0, "$0.00"),
        (9_999, "$0.00"),
        (10_000, "$0.01"),
        (231_400_000_000, "$231,400.00"),
        (-1_500_000, "-$1.50"),
    ],
)
def test_ledger_units_are_shown_as_dollars(units, shown):
    assert dollars(units) == shown


@pytest.mark.parametrize(
    ("value", "scale", "shown"),
    [(40_970_000, 6, "40.97"), (105 * 10**16, 18, "1.05"), (5, 0, "5"), (1_050, 2, "10.5")],
)
def test_scaled_values_lose_their_trailing_zeros(value, scale, shown):
    assert scaled(value, scale) == shown


def test_no_moment_is_a_dash():
    assert moment(None) == "—"
    assert moment(1_800_000_000) == "2027-01-15 08:00 UTC"
