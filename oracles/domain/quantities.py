"""Kinds of observations, the units they come in, and their conversion to whole base units."""

from enum import StrEnum

LEDGER_DECIMALS = 6
WEI_DECIMALS = 18
WEI = 1_000_000_000_000_000_000
BPS = 10_000
HOUR_S = 3_600
DAY_S = 24 * HOUR_S
MONTH_S = 30 * DAY_S
HOURS_PER_MONTH = 730
MAX_SCALE = 18
MAX_UINT64 = 2**64 - 1


class ObservationKind(StrEnum):
    """What somebody observed."""

    APPRAISAL = "appraisal"
    SALE = "sale"
    COMPARABLE = "comparable"
    RENTAL_INCOME = "rental_income"
    MARKET = "market"
    NAV = "nav"
    INDEX = "index"


class Unit(StrEnum):
    """What the number of an observation counts, before its scale."""

    USD = "usd"
    USD_PER_HOUR = "usd_per_hour"
    USD_PER_MONTH = "usd_per_month"
    ETH = "eth"


BASE_DECIMALS: dict[Unit, int] = {
    Unit.USD: LEDGER_DECIMALS,
    Unit.USD_PER_HOUR: LEDGER_DECIMALS,
    Unit.USD_PER_MONTH: LEDGER_DECIMALS,
    Unit.ETH: WEI_DECIMALS,
}
UNITS_OF_KIND: dict[ObservationKind, frozenset[Unit]] = {
    ObservationKind.APPRAISAL: frozenset({Unit.USD}),
    ObservationKind.SALE: frozenset({Unit.USD}),
    ObservationKind.COMPARABLE: frozenset({Unit.USD}),
    ObservationKind.RENTAL_INCOME: frozenset({Unit.USD_PER_HOUR, Unit.USD_PER_MONTH}),
    ObservationKind.MARKET: frozenset({Unit.USD, Unit.ETH}),
    # Ether behind one token: growth is capped on this ratio, not on the price of ether.
    ObservationKind.NAV: frozenset({Unit.ETH}),
    # The price of one ether.
    ObservationKind.INDEX: frozenset({Unit.USD}),
}


def base_amount(*, value: int, unit: Unit, scale: int) -> int:
    """Return ``value · 10^-scale`` in base units (1e-6 USD, or wei), rounded down."""
    return value * int(10 ** BASE_DECIMALS[unit]) // int(10**scale)


def ceil_div(dividend: int, divisor: int) -> int:
    """Return the quotient of whole numbers rounded up."""
    return -(-dividend // divisor)
