"""Words for what is due: collections from prefunded cash, and late fees."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet

from contracts.domain.words import LANE_SHIFT, Kind, unstriped
from lending.domain.loans import Status
from lending.domain.pauses import Pauses
from lending.models import Loan
from lending.parameters import minimum_payment_units
from lending.selectors.cards import cards_of
from lending.selectors.valuing import pauses
from settlement.domain.parcels import MOST_TOGETHER
from settlement.services import NewOperation, NewParcel, intake, intake_parcels

logger = logging.getLogger(__name__)

# A loan whose words keep failing waits for a person, and does not fill its lane with attempts.
MOST_FAILED_IN_ROW = 5
# Words only become more: after a reorganisation what is on its way again is not asked for twice.
_NOTE = """
    INSERT INTO lending_askedcollection AS asked (loan_id, operations, due_index)
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::int[])
    ON CONFLICT (loan_id) DO UPDATE
    SET operations = excluded.operations, due_index = excluded.due_index
    WHERE (excluded.operations, excluded.due_index) > (asked.operations, asked.due_index)
    RETURNING loan_id
"""


@dataclass(frozen=True, slots=True)
class _Due:
    """A collection that is due: its loan, the words the loan has seen, the date, ledger units."""

    loan_id: int
    operations: int
    index: int
    amount: int


def collect_due(*, now: int) -> int:
    """Queue a collection for every due instalment that is funded; return how many are new.

    Those of a lane go together. The number of words that a loan has seen tells collections apart:
    a word under way is not doubled, and what a first one left (cash came later, or the last
    seconds' interest) gets its own.
    """
    minimum = minimum_payment_units()
    loans = _open_loans().filter(prefunded__gt=0).order_by("pk")
    by_lane = groupby(_due(loans.iterator(), now, minimum), lambda each: each.loan_id >> LANE_SHIFT)
    return sum(_collect(lane, list(due)) for lane, due in by_lane)


def _due(loans: Iterator[Loan], now: int, minimum: int) -> Iterator[_Due]:
    for loan in loans:
        amount = collectable(loan, now=now, minimum=minimum)
        if amount:
            yield _Due(loan.pk, loan.operations, loan.state.plan().reached(now), amount)


def _collect(lane: int, due: Sequence[_Due]) -> int:
    """Queue what of a lane's due collections is not asked for yet; return how many."""
    accepted = 0
    for start in range(0, len(due), MOST_TOGETHER):
        with transaction.atomic():
            fresh = _noted(due[start : start + MOST_TOGETHER])
            outcome = intake_parcels(parcels=[_parcel(lane, fresh)] if fresh else [])
            if outcome.refused:
                # A loan that ended a moment ago: all are asked for again, without it.
                logger.warning("Lane %d: %s", lane, outcome.refused[0].message)
                transaction.set_rollback(True)
            accepted += outcome.accepted
    return accepted


def _noted(due: Sequence[_Due]) -> list[_Due]:
    """Note what is asked for, and return what was not asked for before."""
    columns = zip(*((each.loan_id, each.operations, each.index) for each in due), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, list(map(list, columns)))
        new = {loan_id for (loan_id,) in cursor.fetchall()}
    return [each for each in due if each.loan_id in new]


def _parcel(lane: int, due: Sequence[_Due]) -> NewParcel:
    asked = "\n".join(f"{each.loan_id} {each.operations} {each.index}" for each in due)
    return NewParcel(
        client_key=f"collect:{lane}:{sha256(asked.encode()).hexdigest()[:32]}",
        lane=lane,
        kind=Kind.COLLECT,
        loan_numbers=np.array([unstriped(each.loan_id)[1] for each in due], dtype=np.int64),
        amounts=np.array([each.amount for each in due], dtype=np.int64),
    )


def collectable(loan: Loan, *, now: int, minimum: int) -> int:
    """Return what a collection may take now, ledger units; 0 when that is nothing or dust."""
    state = loan.state
    debt = state.debt_up(now)
    amount = min(loan.prefunded, state.plan().due_now(debt=debt, now=now))
    return amount if amount >= minimum or amount == debt else 0


def charge_missed(*, now: int) -> int:
    """Queue the late fee of each loan's next due date missed beyond grace; return how many."""
    paused = pauses()
    missed = {
        loan: index
        for loan in _open_loans().iterator()
        if (index := chargeable(loan, now=now, paused=paused))
    }
    cards = cards_of(missed)
    return intake(
        operations=[
            NewOperation(
                client_key=f"charge:{loan.pk}:{index}:{loan.operations}",
                kind=Kind.CHARGE,
                loan_id=loan.pk,
                amount=index,
                payload=b"".join(cards[loan.pk]),
            )
            for loan, index in missed.items()
        ]
    ).accepted


def chargeable(loan: Loan, *, now: int, paused: Pauses) -> int:
    """Return the next due date whose late fee can be charged now, or 0 when there is none."""
    state = loan.state
    plan = state.plan()
    index = loan.charged_through + 1
    if loan.failed_in_row >= MOST_FAILED_IN_ROW or index > plan.past_grace(now, pauses=paused):
        return 0
    debt = state.debt_up(now)
    return index if plan.is_missed(index, debt=debt, prefunded=loan.prefunded, now=now) else 0


def _open_loans() -> QuerySet[Loan]:
    return Loan.objects.filter(status=Status.OPEN, failed_in_row__lt=MOST_FAILED_IN_ROW)
