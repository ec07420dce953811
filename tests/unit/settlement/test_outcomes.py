"""The derived state of operations."""

import pytest

from contracts.domain.words import encode_results
from settlement.domain.outcomes import OperationStatus, operation_status

NUMBERS = (4, 6, 5)
APPLIED, FAILED, SKIPPED = 1, 2, 3


def status(number, *batches):
    return operation_status(
        [(state, NUMBERS, encode_results(bits) if bits else None) for state, bits in batches],
        number,
    )


def test_an_operation_that_is_in_no_batch_waits():
    assert status(4) == OperationStatus.WAITING


@pytest.mark.parametrize(
    ("batch_status", "expected"),
    [
        ("planned", OperationStatus.PLANNED),
        ("signed", OperationStatus.PLANNED),
        ("sent", OperationStatus.SENT),
        ("mined", OperationStatus.SENT),
        ("reverted", OperationStatus.STUCK),
        ("dead", OperationStatus.STUCK),
    ],
)
def test_without_results_the_newest_batch_decides(batch_status, expected):
    assert status(4, ("dead", None), (batch_status, None)) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (4, OperationStatus.APPLIED),
        (6, OperationStatus.FAILED),
        (5, OperationStatus.SKIPPED),
    ],
)
def test_a_result_belongs_to_the_word_with_the_operations_number(number, expected):
    assert status(number, ("final", [APPLIED, FAILED, SKIPPED])) == expected


def test_what_a_first_batch_applied_stays_applied_when_a_second_skips_it():
    batches = ("final", [APPLIED, APPLIED, FAILED]), ("final", [SKIPPED] * 3)

    assert status(4, *batches) == OperationStatus.APPLIED
    assert status(5, *batches) == OperationStatus.FAILED


def test_what_is_planned_again_is_under_way_although_its_first_batch_was_reverted():
    assert status(4, ("reverted", None), ("sent", None)) == OperationStatus.SENT
