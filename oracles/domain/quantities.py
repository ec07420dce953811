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
    # Derived from other prices, so no voice of their own: an old sale brought to today by a price
    # index, a price by its class's depreciation, a statistical model of recorded sales.
    INDEXED_SALE = "indexed_sale"
    DEPRECIATED = "depreciated"
    MODEL = "model"
    # What the thing brings when it must be sold: auction results, an auctioneer's low estimate.
    FORCED_SALE = "forced_sale"
    RENTAL_INCOME = "rental_income"
    # Rewards that a network mints. Nobody pays them for the service, so they are worth nothing.
    TOKEN_REWARD = "token_reward"
    MARKET = "market"
    NAV = "nav"
    INDEX = "index"
    # Of restaking tokens: wraps over ether, what backs a bridged copy, what slashing can take.
    WRAP_DEPTH = "wrap_depth"
    BACKING = "backing"
    SLASHING = "slashing"
    # What one unit of another currency is worth.
    EXCHANGE_RATE = "exchange_rate"
    # What two people at the desk let a value be at most.
    CAP = "cap"


class Unit(StrEnum):
    """What the number of an observation counts, before its scale."""

    USD = "usd"
    USD_PER_HOUR = "usd_per_hour"
    USD_PER_MONTH = "usd_per_month"
    ETH = "eth"
    RATIO = "ratio"
    COUNT = "count"
    USD_PER_ONE = "usd_per_one"


BASE_DECIMALS: dict[Unit, int] = {
    Unit.USD: LEDGER_DECIMALS,
    Unit.USD_PER_HOUR: LEDGER_DECIMALS,
    Unit.USD_PER_MONTH: LEDGER_DECIMALS,
    Unit.ETH: WEI_DECIMALS,
    # Basis points.
    Unit.RATIO: 4,
    Unit.COUNT: 0,
    # Of small currencies a million are worth a few dollars.
    Unit.USD_PER_ONE: 12,
}
MONEY = frozenset({Unit.USD, Unit.USD_PER_HOUR, Unit.USD_PER_MONTH})
UNITS_OF_KIND: dict[ObservationKind, frozenset[Unit]] = {
    ObservationKind.APPRAISAL: frozenset({Unit.USD}),
    ObservationKind.SALE: frozenset({Unit.USD}),
    ObservationKind.COMPARABLE: frozenset({Unit.USD}),
    ObservationKind.INDEXED_SALE: frozenset({Unit.USD}),
    ObservationKind.DEPRECIATED: frozenset({Unit.USD}),
    ObservationKind.MODEL: frozenset({Unit.USD}),
    ObservationKind.FORCED_SALE: frozenset({Unit.USD}),
    ObservationKind.TOKEN_REWARD: frozenset({Unit.USD_PER_HOUR, Unit.USD_PER_MONTH}),
    ObservationKind.RENTAL_INCOME: frozenset({Unit.USD_PER_HOUR, Unit.USD_PER_MONTH}),
    ObservationKind.MARKET: frozenset({Unit.USD, Unit.ETH}),
    # Ether behind one token: growth is capped on this ratio, not on the price of ether.
    ObservationKind.NAV: frozenset({Unit.ETH}),
    # The price of one ether.
    ObservationKind.INDEX: frozenset({Unit.USD}),
    ObservationKind.WRAP_DEPTH: frozenset({Unit.COUNT}),
    ObservationKind.BACKING: frozenset({Unit.RATIO}),
    ObservationKind.SLASHING: frozenset({Unit.RATIO}),
    ObservationKind.EXCHANGE_RATE: frozenset({Unit.USD_PER_ONE}),
    ObservationKind.CAP: frozenset({Unit.USD}),
}


def base_amount(*, value: int, unit: Unit, scale: int) -> int:
    """Return ``value · 10^-scale`` in base units (1e-6 USD, wei, bps, 1e-12), rounded down."""
    return value * int(10 ** BASE_DECIMALS[unit]) // int(10**scale)


def ceil_div(dividend: int, divisor: int) -> int:
    """Return the quotient of whole numbers rounded up."""
    return -(-dividend // divisor)
