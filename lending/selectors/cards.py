"""Cards of loans, as LoanBook knows them by their hash: whoever acts on a loan brings its card."""

from collections import defaultdict
from collections.abc import Iterable

from contracts.domain.cards import NO_ADDRESS, Card, encode_card
from lending.models import Loan, LoanCollateral, PledgeStatus

# What a running loan gave back or a lot has sold is struck off; what a close gave back is not.
GONE = (PledgeStatus.SOLD, PledgeStatus.RETURNED)


def card_words(loan: Loan) -> list[bytes]:
    """Return the words of a loan's present card."""
    return cards_of([loan])[loan.pk]


def cards_of(loans: Iterable[Loan]) -> dict[int, list[bytes]]:
    """Return the words of each loan's present card by its id, in one query."""
    loans = list(loans)
    pledged: dict[int, list[LoanCollateral]] = defaultdict(list)
    for row in LoanCollateral.objects.filter(loan__in=loans).order_by("id"):
        pledged[row.loan_id].append(row)
    return {loan.pk: encode_card(card_of(loan, pledged[loan.pk])) for loan in loans}


def card_of(loan: Loan, rows: Iterable[LoanCollateral]) -> Card:
    """Return a loan's card, from its row and those of its collateral in order."""
    rows = list(rows)
    tokens = next((row for row in rows if row.token_id == 0), None)
    return Card(
        borrower=loan.borrower,
        base_principal=loan.base_principal,
        schedule=loan.schedule,
        instalments=loan.instalments,
        interval=loan.interval,
        opened_at=loan.opened_at,
        grace_period=loan.grace_period,
        cure_window=loan.cure_window,
        late_fee_bps=loan.late_fee_bps,
        limit=loan.limit,
        classes=loan.classes,
        assets=tuple(row.token_id for row in rows if row.token_id and row.status not in GONE),
        lrt=tokens.lrt if tokens else NO_ADDRESS,
        lrt_amount=tokens.lrt_amount if tokens else 0,
        lrt_opening_price=loan.lrt_opening_price,
    )
