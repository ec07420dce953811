"""Fees of a transaction that takes another's place."""

from contracts.types import Fees

# Every client in use asks for a tenth more on both fields; an eighth leaves room for rounding.
_NUMERATOR, _DENOMINATOR = 9, 8
_PERCENT = 100


def raised(fee_wei: int, *, percent: int = 0) -> int:
    """Return a fee raised by an eighth, or by more where nodes ask for more, rounded up."""
    asked = -(-fee_wei * (_PERCENT + percent) // _PERCENT)
    return max(-(-fee_wei * _NUMERATOR // _DENOMINATOR), asked)


def replacement_fees(
    *, max_fee_wei: int, priority_fee_wei: int, market: Fees, percent: int, most_fee_wei: int
) -> tuple[int, int] | None:
    """Return both caps of a replacement: raised by so much, and not below what the market asks.

    None when that would pass the most that is ever paid: what was sent then waits for the market.
    """
    least = raised(max_fee_wei, percent=percent)
    if least > most_fee_wei:
        return None
    priority_wei = max(raised(priority_fee_wei, percent=percent), market.priority_fee_wei)
    max_wei = max(least, min(market.max_fee_wei, most_fee_wei))
    return max_wei, min(priority_wei, max_wei)
