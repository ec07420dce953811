"""From stored operations to stored batches, lane by lane."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Max

from contracts.abi import encode_call
from contracts.deployment_record import load
from contracts.domain.words import WORD_BYTES, encode_word, unstriped, words_hash
from settlement.domain.planner import Plan, PlannedOperation, plan
from settlement.doorbell import ring
from settlement.locks import Singleton, singleton
from settlement.models import Batch, Lane, Operation
from settlement.services.signers import signer_for
from settlement.wallets import LANE

SETTLE = "settle"
OPERATIONS_PER_PASS = 20_000


def plan_lanes() -> int:
    """Put all operations that no batch covers into batches; return how many batches."""
    with singleton(Singleton.PLAN) as alone:
        if not alone:
            return 0
        return sum(map(_plan_lane, Lane.objects.order_by("pk").values_list("pk", flat=True)))


def _plan_lane(lane: int) -> int:
    """Plan one lane. Ranges of batches follow each other, so the last one says where to go on."""
    covered = Batch.objects.filter(lane=lane, kind=SETTLE).aggregate(last=Max("last_number"))
    rows = (
        Operation.objects.filter(lane=lane, number__gt=covered["last"] or 0)
        .order_by("number")
        .values_list("number", "kind", "loan_id", "amount", "card")[:OPERATIONS_PER_PASS]
    )
    waiting = [
        PlannedOperation(number, kind, unstriped(loan_id)[1], amount, bytes(card))
        for number, kind, loan_id, amount, card in rows
    ]
    if not waiting:
        return 0
    return _store(lane, plan(waiting))


def _store(lane: int, plans: Sequence[Plan]) -> int:
    signer = signer_for(client_key="", lane=lane, purpose=LANE)
    book = load().address("LoanBook")
    Batch.objects.bulk_create(
        [
            Batch(
                kind=SETTLE,
                lane=lane,
                chain_id=settings.CHAIN_ID,
                signer=signer,
                contract="LoanBook",
                function="settle",
                to_address=book,
                **_envelope(lane, operations),
            )
            for operations in plans
        ]
    )
    ring("settlement.tasks.pump_signer", signer.pk)
    return len(plans)


def _envelope(lane: int, operations: Plan) -> dict[str, object]:
    """Return the fields of a batch that follow from its operations."""
    words = [word for operation in operations for word in _words_of(operation)]
    numbers = [operation.number for operation in operations]
    return {
        "client_key": f"settle:{lane}:{min(numbers)}",
        "data": encode_call("LoanBook", "settle", [lane, words]),
        "first_number": min(numbers),
        "last_number": max(numbers),
        "words_hash": "0x" + words_hash(words).hex(),
    }


def _words_of(operation: PlannedOperation) -> list[bytes]:
    """Return the word of an operation and the card that belongs behind it."""
    word = encode_word(operation.kind, operation.number, operation.loan_number, operation.amount)
    card = operation.card
    return [word, *(card[at : at + WORD_BYTES] for at in range(0, len(card), WORD_BYTES))]
