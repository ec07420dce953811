"""Which loan holds a token."""

from lending.models import LoanCollateral, PledgeStatus


def loan_holding(token_id: int) -> int:
    """Return the id of the loan whose escrow holds the token; 0 when its owner holds it."""
    held = LoanCollateral.objects.filter(token_id=token_id, status=PledgeStatus.HELD).first()
    return held.loan_id if held else 0
