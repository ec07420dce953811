"""The state of an operation, derived from the batch that holds its word and the result bits."""

from collections.abc import Sequence
from enum import StrEnum

from contracts.domain.words import Result, decode_operations, decode_results


class OperationStatus(StrEnum):
    """Where an operation stands; nothing of it is stored."""

    WAITING = "waiting"
    PLANNED = "planned"
    SENT = "sent"
    APPLIED = "applied"
    FAILED = "failed"
    SKIPPED = "skipped"
    STUCK = "stuck"


_BY_RESULT = {
    Result.APPLIED: OperationStatus.APPLIED,
    Result.FAILED: OperationStatus.FAILED,
    Result.SKIPPED: OperationStatus.SKIPPED,
}
_BY_BATCH_STATUS = {
    "planned": OperationStatus.PLANNED,
    "signed": OperationStatus.PLANNED,
    "sent": OperationStatus.SENT,
    "mined": OperationStatus.SENT,
    "final": OperationStatus.SENT,
    "reverted": OperationStatus.STUCK,
    "dead": OperationStatus.STUCK,
}


def operation_status(
    *, number: int, batch_status: str | None, words: Sequence[bytes], results: bytes | None
) -> OperationStatus:
    """Return the state of the operation with that number in its lane.

    `results` are the bits of the batch's event, None until it has been read.
    """
    if batch_status is None:
        return OperationStatus.WAITING
    if results is None:
        return _BY_BATCH_STATUS[batch_status]
    numbers = [operation.number for operation in decode_operations(words)]
    bits = decode_results(results, len(numbers))
    return _BY_RESULT[Result(bits[numbers.index(number)])]
