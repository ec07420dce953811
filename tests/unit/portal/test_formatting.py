"""Numbers, moments and hashes as the pages write them."""

import pytest

from portal.domain import formatting as f

NOW = 1_800_000_000
USD = 1_000_000


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "$0"),
        (1, "$0.00"),
        (5_000, "$0.01"),
        (12_340_000, "$12.34"),
        (999_990_000, "$999.99"),
        (1_000 * USD, "$1,000"),
        (231_400 * USD, "$231,400"),
        (231_400 * USD + 499_999, "$231,400"),
        (231_400 * USD + 500_000, "$231,401"),
        (-5_000 * USD, "−$5,000"),
    ],
)
def test_money_has_its_sign_separators_and_cents_only_when_small(units, text):
    shown = f.usd(units)

    assert shown == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (0, "$0"),
        (999, "$999"),
        (1_000, "$1 k"),
        (12_340, "$12.3 k"),
        (372_900, "$372 k"),
        (1_240_000, "$1.24 m"),
        (4_000_000_000, "$4 bn"),
        (-1_500, "−$1.50 k"),
    ],
)
def test_short_money_keeps_three_digits(dollars, text):
    shown = f.usd_short(dollars * USD)

    assert shown == text


@pytest.mark.parametrize(
    ("bps", "text"),
    [(0, "0%"), (5, "0.05%"), (550, "5.5%"), (620, "6.2%"), (10_000, "100%"), (-671, "−6.71%")],
)
def test_basis_points_become_percent(bps, text):
    shown = f.percent(bps)

    assert shown == text


def test_a_share_of_nothing_is_nothing():
    share = f.ratio_bps(5, 0)

    assert share == 0


@pytest.mark.parametrize(
    ("base_units", "text"),
    [
        (12_500_000_000_000_000_000, "12.5"),
        (10**18, "1"),
        (1, "0"),
        (1_234 * 10**18 + 10**14, "1,234.0001"),
    ],
)
def test_token_amounts_drop_empty_decimals(base_units, text):
    shown = f.token_amount(base_units)

    assert shown == text


def test_moments_are_in_utc_and_say_so():
    shown = f.moment(NOW)

    assert shown == "15 Jan 2027, 08:00 UTC"
    assert f.day(NOW) == "15 Jan 2027"
    assert f.clock(NOW) == "08:00"
    assert f.iso(NOW) == "2027-01-15T08:00:00Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_600, "1 h"),
        (3_660, "1 h 1 min"),
        (86_400, "1 day"),
        (6 * 86_400 + 4 * 3_600 + 59, "6 days 4 h"),
        (45 * 86_400 + 7_200, "45 days"),
    ],
)
def test_spans_name_their_two_largest_units(seconds, text):
    shown = f.span(seconds)

    assert shown == text


@pytest.mark.parametrize(
    ("offset", "text"), [(0, "now"), (7_200, "in 2 h"), (-86_400, "1 day ago")]
)
def test_distances_tell_past_from_future(offset, text):
    shown = f.distance(NOW + offset, NOW)

    assert shown == text


def test_a_long_hash_loses_its_middle_only():
    shown = f.middle("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")

    assert shown == "0x7099…79C8"
    assert f.middle("0x1234") == "0x1234"


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 loans"), (1, "1 loan"), (1_204, "1,204 loans")]
)
def test_counts_carry_the_right_form_of_the_noun(number, text):
    shown = f.counted(number, "loan")

    assert shown == text


@pytest.mark.parametrize(
    ("value", "scale", "unit", "text"),
    [
        (295_000, 0, "usd", "$295,000"),
        (1_592, 2, "usd_per_hour", "$15.92 an hour"),
        (2_140, 0, "usd_per_month", "$2,140 a month"),
        (1_0345, 4, "eth", "1.0345 ETH"),
    ],
)
def test_what_a_source_said_carries_its_unit(value, scale, unit, text):
    shown = f.observed(value, scale, unit)

    assert shown == text


@pytest.mark.parametrize(
    ("first", "last", "span_s", "text"),
    [
        (1_000, 1_006, 73 * f.DAY_S, "3% a year"),
        (10**18, 10**18 + 10**15, 365 * f.DAY_S, "0.1% a year"),
        (1_000, 1_000, f.DAY_S, "0% a year"),
        (1_000, 990, 365 * f.DAY_S, "−1% a year"),
        (1_000, 1_006, f.DAY_S - 1, "too few days to say"),
        (0, 5, f.DAY_S, "too few days to say"),
    ],
)
def test_growth_is_told_for_a_year_from_a_day_on(first, last, span_s, text):
    assert f.yearly_growth(first, last, span_s) == text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["title"], "title"),
        (["title", "device"], "title and device"),
        (["title", "appraisal", "inspection"], "title, appraisal and inspection"),
    ],
)
def test_words_are_listed_as_in_a_sentence(words, said):
    assert f.listed(words) == said
