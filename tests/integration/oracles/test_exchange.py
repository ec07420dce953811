"""Rates of exchange are observations like any other, and bring values to dollars."""

import pytest

from oracles.models import Observation, Source, Verdict
from oracles.services import record_observations
from oracles.services.exchange import RATE_VALID_S
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("chain_clock")


def amount_of(asset, said, currency="EUR", value=100 * USD, **fields):
    given = said(asset, value, currency=currency, **fields)
    record_observations(observations=[given], now=NOW)
    return Observation.objects.filter(asset=asset, verdict=Verdict.ACCEPTED).get().amount


@pytest.mark.parametrize(
    ("rates", "dollars"),
    [
        ({"a": "1.10"}, 110),
        ({"a": "1.10", "b": "1.20"}, 110),
        ({"a": "1.10", "b": "1.20", "c": "9.00"}, 120),
    ],
)
def test_the_median_of_what_sources_last_said_counts(make_asset, said, record_rate, rates, dollars):
    for source, rate in rates.items():
        record_rate("EUR", rate, source=source, observed_at=NOW - 100)

    assert amount_of(make_asset(), said) == dollars * USD


def test_a_rate_holds_from_its_moment_on_for_a_week(make_asset, said, record_rate):
    observed_at = NOW - 60
    record_rate("EUR", "1.3", observed_at=observed_at - RATE_VALID_S, source="too-old")
    record_rate("EUR", "1.4", observed_at=observed_at + 1, source="too-new")
    record_rate("EUR", "1.1", observed_at=observed_at - RATE_VALID_S + 1, source="just-in")

    assert amount_of(make_asset(), said, observed_at=observed_at) == 110 * USD


def test_rates_of_a_source_that_is_switched_off_do_not_count(make_asset, said, record_rate):
    record_rate("EUR", "9", source="wrong")
    record_rate("EUR", "1.1", source="right")
    Source.objects.filter(slug="wrong").update(active=False)

    assert amount_of(make_asset(), said) == 110 * USD


def test_small_currencies_keep_their_digits(make_asset, said, record_rate):
    record_rate("VND", "0.0000393")

    assert amount_of(make_asset(), said, "VND", 1_000_000_000 * USD) == 39_300 * USD


@pytest.mark.parametrize(
    ("currency", "rate", "code"),
    [
        ("EUR", "0", "NOT_POSITIVE"),
        ("EUR", "-1", "NOT_POSITIVE"),
        ("EUR", "100.000000000001", "OUT_OF_BOUNDS"),
        ("EUR", "0.000000999999", "OUT_OF_BOUNDS"),
        ("EUR", "2.200000000001", "JUMP"),
        ("EUR", "0.549999999999", "JUMP"),
        ("USD", "1", "BAD_ADDRESS"),
        ("eur", "1", "BAD_ADDRESS"),
        ("EURO", "1", "BAD_ADDRESS"),
    ],
)
def test_a_rate_that_cannot_be_right_is_refused(record_rate, currency, rate, code):
    record_rate("EUR", "1.1", observed_at=NOW - 200)

    report = record_rate(currency, rate)

    assert [one.code for one in report.refused] == [code]


@pytest.mark.parametrize("rate", ["2.2", "0.55"])
def test_a_rate_may_double_or_halve(record_rate, rate):
    record_rate("EUR", "1.1", observed_at=NOW - 200)

    assert record_rate("EUR", rate).accepted == 1


def test_any_number_of_rows_takes_one_query_for_rates(
    make_asset, said, record_rate, django_assert_max_num_queries
):
    for currency in ("EUR", "GBP", "CHF"):
        record_rate(currency, "1.1", observed_at=NOW - 100)
    rows = [said(make_asset(), currency=one) for one in ("EUR", "GBP", "CHF") * 10]

    with django_assert_max_num_queries(20):
        report = record_observations(observations=rows, now=NOW)

    assert report.accepted == 30
