"""Simple interest, ACT/365 in seconds, on principal only (rule D1)."""

from lending.domain.errors import LendingRefused
from lending.domain.units import SCALE, ceil_div


def accrued(
    *, principal: int, accrued_scaled: int, last_accrual: int, rate_bps: int, now: int
) -> int:
    """Return the interest owed at `now`, in ledger units times SCALE; exact."""
    return accrued_scaled + principal * rate_bps * (now - last_accrual)


def debt_up(*, principal: int, interest_scaled: int) -> int:
    """Return the debt in ledger units, rounded up: a debtor never owes less than is shown."""
    return principal + ceil_div(interest_scaled, SCALE)


def interest_up(*, principal: int, rate_bps: int, seconds: int) -> int:
    """Return the interest of a span in ledger units, rounded up."""
    return ceil_div(principal * rate_bps * seconds, SCALE)


def after_payment(*, principal: int, interest_scaled: int, amount: int) -> tuple[int, int]:
    """Return (principal, scaled interest) after a payment: interest first, then principal.

    Only whole units of interest are taken, so nothing is rounded. A payment of the whole debt
    ends it, with the fraction of a unit that rounding up had added.
    """
    whole = interest_scaled // SCALE
    if amount == debt_up(principal=principal, interest_scaled=interest_scaled):
        return 0, 0
    if amount < whole:
        return principal, interest_scaled - amount * SCALE
    if amount - whole > principal:
        debt = debt_up(principal=principal, interest_scaled=interest_scaled)
        raise LendingRefused(
            "more_than_debt",
            f"A payment of {amount} units is more than the debt of {debt}. Pay at most the debt.",
        )
    return principal - (amount - whole), interest_scaled - whole * SCALE
