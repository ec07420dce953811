"""Which loans there are, for whoever accepts operations on them."""

from collections.abc import Collection

from lending.domain.loans import Status
from lending.models import Loan

_ENDED = (Status.CLOSED, Status.WRITTEN_OFF)


def closed_by_loan(loan_ids: Collection[int]) -> dict[int, bool]:
    """Return, of the given loans, those that exist, each with whether it has ended.

    It answers from our mirror of the chain: what ended a moment ago is refused by the chain.
    """
    rows = Loan.objects.filter(pk__in=loan_ids).values_list("pk", "status")
    return {loan_id: status in _ENDED for loan_id, status in rows}
