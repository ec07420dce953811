"""The derived state of operations."""

import pytest

from contracts.domain.words import encode_results, encode_word
from settlement.domain.outcomes import OperationStatus, operation_status

WORDS = [encode_word(1, number, 1, 5) for number in (4, 6, 5)]


def status(number, batch_status, results=None):
    return operation_status(number=number, batch_status=batch_status, words=WORDS, results=results)


def test_an_operation_that_no_batch_covers_waits():
    assert status(4, None) == OperationStatus.WAITING


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
def test_without_results_the_batch_decides(batch_status, expected):
    assert status(4, batch_status) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (4, OperationStatus.APPLIED),
        (6, OperationStatus.FAILED),
        (5, OperationStatus.SKIPPED),
    ],
)
def test_a_result_belongs_to_the_word_with_the_operations_number(number, expected):
    assert status(number, "final", encode_results([1, 2, 3])) == expected
