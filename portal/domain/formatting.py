"""Numbers, moments and hashes as the pages write them. Amounts are ledger units (1e-6 USD)."""

from collections.abc import Sequence
from datetime import UTC, datetime

UNITS_PER_USD = 1_000_000
CENTS_BELOW_USD = 1_000
MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400
YEAR_S = 365 * DAY_S
_SCALES = ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k"))


def usd(units: int) -> str:
    """Return `$231,400`; below a thousand dollars with cents. Rounds half away from zero."""
    sign, units = ("−", -units) if units < 0 else ("", units)
    if units >= CENTS_BELOW_USD * UNITS_PER_USD or units == 0:
        return f"{sign}${_nearest(units, UNITS_PER_USD):,}"
    dollars, cents = divmod(_nearest(units, UNITS_PER_USD // 100), 100)
    return f"{sign}${dollars:,}.{cents:02d}"


def usd_short(units: int) -> str:
    """Return `$1.24 m` for places with little room; three significant digits at most."""
    dollars = abs(units) // UNITS_PER_USD
    sign = "−" if units < 0 else ""
    for scale, suffix in _SCALES:
        if dollars >= scale:
            hundredths = dollars * 100 // scale
            return f"{sign}${_three_digits(hundredths)} {suffix}"
    return f"{sign}${dollars:,}"


def percent(bps: int) -> str:
    """Return basis points as a percentage: 550 is `5.5%`."""
    sign, bps = ("−", -bps) if bps < 0 else ("", bps)
    whole, rest = divmod(bps, 100)
    decimals = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{sign}{whole:,}{decimals}%"


def yearly_growth(first: int, last: int, span_s: int) -> str:
    """Return growth from ``first`` to ``last`` over a span as `3.1% a year`, without compounding.

    Rounds down. Less than a day says nothing about a year.
    """
    if span_s < DAY_S or first <= 0:
        return "too few days to say"
    return f"{percent((last - first) * 10_000 * YEAR_S // (first * span_s))} a year"


def ratio_bps(part: int, whole: int) -> int:
    """Return part ÷ whole in basis points, rounded down; 0 of nothing is 0."""
    return part * 10_000 // whole if whole else 0


def token_amount(base_units: int, decimals: int = 18, places: int = 4) -> str:
    """Return an amount of a token with thousands separators, cut after ``places`` decimals."""
    whole, rest = divmod(base_units, 10**decimals)
    shown = str(rest).zfill(decimals)[:places].rstrip("0")
    return f"{whole:,}.{shown}" if shown else f"{whole:,}"


def observed(value: int, scale: int, unit: str) -> str:
    """Return what a source said, ``value · 10^-scale`` of a unit: `$15.92 an hour`.

    Cut after the ledger unit.
    """
    if unit == "eth":
        return f"{token_amount(value, scale)} ETH"
    amount = usd(value * UNITS_PER_USD // 10**scale)
    return amount + {"usd_per_hour": " an hour", "usd_per_month": " a month"}.get(unit, "")


def moment(unix_s: int) -> str:
    """Return a moment in UTC: `22 Nov 2026, 14:02 UTC`."""
    return f"{_utc(unix_s):%-d %b %Y, %H:%M} UTC"


def day(unix_s: int) -> str:
    """Return the day of a moment in UTC: `22 Nov 2026`."""
    return f"{_utc(unix_s):%-d %b %Y}"


def clock(unix_s: int) -> str:
    """Return the time of day in UTC: `14:02`."""
    return f"{_utc(unix_s):%H:%M}"


def iso(unix_s: int) -> str:
    """Return the moment for machines, as `<time datetime>` wants it."""
    return f"{_utc(unix_s):%Y-%m-%dT%H:%M:%SZ}"


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them: `title, appraisal and inspection`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def span(seconds: int) -> str:
    """Return a length of time in its two largest units, rounded down: `6 days 4 h`."""
    seconds = abs(seconds)
    days, rest = divmod(seconds, DAY_S)
    hours, rest = divmod(rest, HOUR_S)
    minutes, last = divmod(rest, MINUTE_S)
    if days:
        named = "1 day" if days == 1 else f"{days:,} days"
        return f"{named} {hours} h" if hours and days < 30 else named
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{last} s"


def distance(unix_s: int, now_s: int) -> str:
    """Return how far a moment is from now: `in 6 days 4 h`, `3 h ago`, `now`."""
    if unix_s == now_s:
        return "now"
    text = span(unix_s - now_s)
    return f"in {text}" if unix_s > now_s else f"{text} ago"


def middle(text: str, head: int = 6, tail: int = 4) -> str:
    """Return a long hash or address with its middle left out."""
    if len(text) <= head + tail + 1:
        return text
    return f"{text[:head]}…{text[-tail:]}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return `1 loan`, `2 loans`, `1,204 loans`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _nearest(value: int, step: int) -> int:
    return (value + step // 2) // step


def _three_digits(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    if whole >= 100:
        return f"{whole}"
    if whole >= 10:
        return f"{whole}.{rest // 10}".removesuffix(".0")
    return f"{whole}.{rest:02d}".removesuffix(".00")


def _utc(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, tz=UTC)
