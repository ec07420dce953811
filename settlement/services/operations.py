"""Intake of operations: once, in bulk, in the transaction that caused them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from contracts.domain.words import AMOUNT_LIMIT, WITH_CARD, Kind, unstriped
from settlement.doorbell import ring
from settlement.errors import OperationInvalid
from settlement.models import Lane, Operation

INSERT_SIZE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOperation:
    """What a caller wants settled; the amount is in ledger units (a charge: due date's index).

    `card` is the loan's card, of which a charge and a close need the words.
    """

    client_key: str
    kind: int
    loan_id: int
    amount: int = 0
    card: Sequence[bytes] = ()


def intake(*, operations: Iterable[NewOperation]) -> int:
    """Store the operations whose client key is new; return how many. Safe to repeat."""
    by_lane: dict[int, dict[str, NewOperation]] = defaultdict(dict)
    for operation in operations:
        _check(operation)
        by_lane[unstriped(operation.loan_id)[0]][operation.client_key] = operation
    with transaction.atomic():
        # Lanes in order: two intakes can then not wait for each other.
        stored = sum(_store(lane, list(by_lane[lane].values())) for lane in sorted(by_lane))
        if stored:
            ring("settlement.tasks.plan_lanes")
    return stored


def _store(lane: int, operations: Sequence[NewOperation]) -> int:
    """Give the lane's next numbers to what is new."""
    counter = _locked_counter(lane)
    keys = [operation.client_key for operation in operations]
    known = set(Operation.objects.filter(client_key__in=keys).values_list("client_key", flat=True))
    fresh = [operation for operation in operations if operation.client_key not in known]
    Operation.objects.bulk_create(
        [
            Operation(
                client_key=operation.client_key,
                kind=operation.kind,
                lane=lane,
                number=number,
                loan_id=operation.loan_id,
                amount=operation.amount,
                card=b"".join(operation.card),
            )
            for number, operation in enumerate(fresh, start=counter.next_operation)
        ],
        batch_size=INSERT_SIZE,
    )
    Lane.objects.filter(pk=lane).update(next_operation=counter.next_operation + len(fresh))
    return len(fresh)


def _locked_counter(lane: int) -> Lane:
    Lane.objects.get_or_create(number=lane)
    return Lane.objects.select_for_update().get(number=lane)


def _check(operation: NewOperation) -> None:
    if operation.kind not in set(Kind):
        raise OperationInvalid(f"There is no kind of operation {operation.kind}.")
    if (operation.kind in WITH_CARD) != bool(operation.card):
        raise OperationInvalid(
            f"{operation.client_key} must bring its loan's card if it is a charge or a close, and "
            "only then."
        )
    if not 0 <= operation.amount < AMOUNT_LIMIT // 2:
        raise OperationInvalid(
            f"The amount of {operation.client_key} is {operation.amount}; it must be from 0 to "
            f"{AMOUNT_LIMIT // 2 - 1} ledger units."
        )
