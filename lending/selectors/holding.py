"""Which loan holds a token, and its card."""

from lending.models import LoanCollateral, PledgeStatus
from lending.selectors.cards import card_words


def loan_holding(token_id: int) -> tuple[int, list[bytes]]:
    """Return the id and the card of the loan that holds the token; 0 and none for its owner's."""
    held = LoanCollateral.objects.filter(token_id=token_id, status=PledgeStatus.HELD)
    row = held.select_related("loan").first()
    return (row.loan_id, card_words(row.loan)) if row else (0, [])
