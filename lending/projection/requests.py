"""Signed requests that became loans."""

from collections.abc import Sequence
from decimal import Decimal

from lending.models import Loan, RequestStatus
from settlement.bulk import execute

_NOTE = """
UPDATE lending_termsrequest SET status = %s, loan_id = opened.id, reason = ''
FROM unnest(%s::text[], %s::integer[], %s::numeric[], %s::bigint[])
    AS opened (borrower, lane, nonce, id)
WHERE lending_termsrequest.borrower = opened.borrower AND lane_number = opened.lane
    AND lending_termsrequest.nonce = opened.nonce
"""


def note_openings(loans: Sequence[Loan]) -> None:
    """Have the requests on which these loans were opened say so; most loans have one."""
    if not loans:
        return
    columns = [
        [loan.borrower for loan in loans],
        [loan.lane_id for loan in loans],
        [Decimal(loan.nonce) for loan in loans],
        [loan.pk for loan in loans],
    ]
    execute(_NOTE, [RequestStatus.OPENED.value, *columns])
