"""Fees of a transaction that takes another's place."""

# Every client in use asks for a tenth more on both fields; an eighth leaves room for rounding.
_NUMERATOR, _DENOMINATOR = 9, 8


def raised(fee_wei: int) -> int:
    """Return a fee raised by an eighth, rounded up, so that a node takes the replacement."""
    return -(-fee_wei * _NUMERATOR // _DENOMINATOR)


def replacement_fees(
    *, max_fee_wei: int, priority_fee_wei: int, market_max_fee_wei: int
) -> tuple[int, int]:
    """Return both caps of a replacement: raised, and not below what the market asks."""
    return max(raised(max_fee_wei), market_max_fee_wei), raised(priority_fee_wei)
