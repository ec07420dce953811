"""The constants that every formula of lending shares.

Amounts are ledger units: 10^-6 of the stablecoin. Times are unix seconds of the chain.
"""

BPS = 10_000
YEAR_S = 31_536_000
# Interest is kept as units · basis points · seconds, so that nothing is ever rounded in a sum.
SCALE = BPS * YEAR_S
LRT_UNIT = 10**18
LANE_SHIFT = 40


def ceil_div(numerator: int, denominator: int) -> int:
    """Return the quotient rounded up."""
    return -(-numerator // denominator)


def loan_id_of(*, lane: int, number: int) -> int:
    """Return the id of a loan (or operation) of a lane."""
    return lane << LANE_SHIFT | number


def lane_of(loan_id: int) -> int:
    """Return the lane that a loan (or operation) belongs to for life."""
    return loan_id >> LANE_SHIFT
