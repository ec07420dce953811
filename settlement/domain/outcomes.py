"""The state of an operation, derived from the batch that holds its word and the result bits."""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from contracts.domain.words import Result, decode_results


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
    batches: Sequence[tuple[str, Sequence[int], bytes | None]], number: int
) -> OperationStatus:
    """Return the state of the operation with that number in its lane.

    `batches` are those that hold it, oldest first: status, the numbers in order, and the bits of
    the batch's event, None until it has been mined. An applied or failed bit is the last word:
    that a later batch skipped the id only says the same.
    """
    if not batches:
        return OperationStatus.WAITING
    results = [_result(numbers, bits, number) for _, numbers, bits in batches]
    for result in (OperationStatus.APPLIED, OperationStatus.FAILED):
        if result in results:
            return result
    return results[-1] or _BY_BATCH_STATUS[batches[-1][0]]


def _result(numbers: Sequence[int], bits: bytes | None, number: int) -> OperationStatus | None:
    if bits is None:
        return None
    return _BY_RESULT.get(Result(_decoded(bits, len(numbers))[numbers.index(number)]))


@lru_cache(maxsize=64)
def _decoded(bits: bytes, count: int) -> tuple[int, ...]:
    """Return a batch's results; those who ask about one operation ask about its neighbours too."""
    return tuple(decode_results(bits, count))
