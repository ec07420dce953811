"""Monthly income by what devices were paid."""

import pytest

from oracles.domain.attested_income import LEAST_SPAN_S, monthly_down
from oracles.domain.quantities import DAY_S
from tests.unit.oracles.factories import NOW, USD


@pytest.mark.parametrize(
    ("days", "earned", "monthly"),
    [(30, 300 * USD, 300 * USD), (10, 100 * USD, 300 * USD), (7, 1, 4), (8, 0, 0)],
)
def test_income_is_brought_to_a_month_of_thirty_days(days, earned, monthly):
    assert monthly_down(income_units=earned, first_at=NOW - days * DAY_S, until=NOW) == monthly


def test_less_than_a_week_says_nothing_of_a_month():
    assert monthly_down(income_units=7, first_at=NOW - LEAST_SPAN_S + 1, until=NOW) is None
    assert monthly_down(income_units=7, first_at=NOW - LEAST_SPAN_S, until=NOW) == 30
