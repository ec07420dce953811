"""From operations to batches: one lane, arrival order, a gas target.

A batch covers a range of operation numbers of its lane without a gap in between, so that the
state of an operation follows from the batch that covers its number (DESIGN.md §4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.domain.words import MAX_WORDS, WORD_BYTES
from settlement.domain.gas import SETTLE_GAS, GasModel

TARGET_GAS = 8_000_000


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """One operation of a lane; numbers are within the lane, the amount in ledger units.

    `card` holds the words of the loan's card end to end, where the kind asks for it.
    """

    number: int
    kind: int
    loan_number: int
    amount: int
    card: bytes = b""

    @property
    def words(self) -> int:
        """Number of words that it takes in a batch."""
        return 1 + len(self.card) // WORD_BYTES


Plan = tuple[PlannedOperation, ...]


def plan(
    operations: Sequence[PlannedOperation],
    *,
    gas: GasModel = SETTLE_GAS,
    target_gas: int = TARGET_GAS,
    max_words: int = MAX_WORDS,
) -> list[Plan]:
    """Return batches of one lane's operations, given in arrival order.

    Inside a batch the operations of one loan stand side by side, in their order of arrival: the
    contract then loads and stores the loan once. Between batches arrival order holds.
    """
    cuts = _cut(operations, gas, target_gas, max_words)
    return [grouped_by_loan(operations[start:end]) for start, end in cuts]


def grouped_by_loan(operations: Sequence[PlannedOperation]) -> Plan:
    """Return the operations with those of a loan together, loans by first arrival."""
    groups: dict[int, list[PlannedOperation]] = {}
    for operation in operations:
        groups.setdefault(operation.loan_number, []).append(operation)
    return tuple(operation for group in groups.values() for operation in group)


def _cut(
    operations: Sequence[PlannedOperation], gas: GasModel, target_gas: int, max_words: int
) -> Iterator[tuple[int, int]]:
    """Yield the ranges of batches; a batch has at least one operation."""
    start, used, words, loans = 0, gas.base, 0, set[int]()
    for index, operation in enumerate(operations):
        known = operation.loan_number in loans
        cost = gas.of_operation(operation.kind, known_loan=known)
        full = used + cost > target_gas or words + operation.words > max_words
        if full and index > start:
            yield start, index
            start, used, words, loans = index, gas.base, 0, set()
            cost = gas.of_operation(operation.kind, known_loan=False)
        used += cost
        words += operation.words
        loans.add(operation.loan_number)
    if start < len(operations):
        yield start, len(operations)
