"""Words for what is due: collections from prefunded cash, and late fees."""

from collections.abc import Iterator

from django.db.models import QuerySet

from contracts.domain.words import Kind
from lending.domain.loans import Status
from lending.models import Loan
from lending.parameters import minimum_payment_units
from lending.selectors.cards import cards_of
from settlement.services import NewOperation, intake

# A loan whose words keep failing waits for a person, and does not fill its lane with attempts.
MOST_FAILED_IN_ROW = 5


def collect_due(*, now: int) -> int:
    """Queue a collection for every due instalment that is funded; return how many are new.

    The number of words that a loan has seen is part of the key: a word under way is not doubled,
    and what a first one left (cash came later, or the last seconds' interest) gets its own.
    """
    minimum = minimum_payment_units()
    loans = _open_loans().filter(prefunded__gt=0)
    return intake(operations=_collections(loans.iterator(), now=now, minimum=minimum))


def _collections(loans: Iterator[Loan], *, now: int, minimum: int) -> Iterator[NewOperation]:
    for loan in loans:
        amount = collectable(loan, now=now, minimum=minimum)
        if amount:
            index = loan.state.plan().reached(now)
            yield NewOperation(
                client_key=f"collect:{loan.pk}:{index}:{loan.operations}",
                kind=Kind.COLLECT,
                loan_id=loan.pk,
                amount=amount,
            )


def collectable(loan: Loan, *, now: int, minimum: int) -> int:
    """Return what a collection may take now, ledger units; 0 when that is nothing or dust."""
    state = loan.state
    debt = state.debt_up(now)
    amount = min(loan.prefunded, state.plan().due_now(debt=debt, now=now))
    return amount if amount >= minimum or amount == debt else 0


def charge_missed(*, now: int) -> int:
    """Queue the late fee of each loan's next due date missed beyond grace; return how many."""
    missed = {
        loan: index for loan in _open_loans().iterator() if (index := chargeable(loan, now=now))
    }
    cards = cards_of(missed)
    return intake(
        operations=[
            NewOperation(
                client_key=f"charge:{loan.pk}:{index}:{loan.operations}",
                kind=Kind.CHARGE,
                loan_id=loan.pk,
                amount=index,
                card=cards[loan.pk],
            )
            for loan, index in missed.items()
        ]
    )


def chargeable(loan: Loan, *, now: int) -> int:
    """Return the next due date whose late fee can be charged now, or 0 when there is none."""
    state = loan.state
    plan = state.plan()
    index = loan.charged_through + 1
    if loan.failed_in_row >= MOST_FAILED_IN_ROW or index > plan.reached(now - loan.grace_period):
        return 0
    debt = state.debt_up(now)
    return index if plan.is_missed(index, debt=debt, prefunded=loan.prefunded, now=now) else 0


def _open_loans() -> QuerySet[Loan]:
    return Loan.objects.filter(status=Status.OPEN, failed_in_row__lt=MOST_FAILED_IN_ROW)
