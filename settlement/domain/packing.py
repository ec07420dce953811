"""From one lane's waiting operations to batches: tight by gas and words, fair to every loan."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from settlement.domain.gas import SETTLE_GAS, GasModel

# Of one loan in a row before every other waiting loan has had its turn: the starvation bound.
FAIR_SHARE = 100


class Waiting(NamedTuple):
    """An operation of a lane; numbers are within the lane, the amount in ledger units.

    `payload` are the words that follow the first, end to end.
    """

    number: int
    kind: int
    loan_number: int
    amount: int
    payload: bytes = b""
    priority: int = 0

    @property
    def words(self) -> int:
        """How many words it takes in a batch."""
        return 1 + (len(self.payload) >> 5)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one batch may hold at most: gas as the model counts it, and words."""

    gas: int
    words: int


@dataclass(slots=True)
class Pack:
    """The operations of one batch, those of a loan side by side in their order of arrival."""

    operations: list[Waiting] = field(default_factory=list)
    gas: int = 0


@dataclass(frozen=True, slots=True)
class Packing:
    """Batches in the order in which they must be sent, and what had to wait."""

    packs: list[Pack]
    deferred: list[Waiting]


def pack(
    waiting: Sequence[Waiting],
    *,
    limits: Limits,
    most: int,
    gas: GasModel = SETTLE_GAS,
    fair_share: int = FAIR_SHARE,
) -> Packing:
    """Put a lane's operations, given in order of arrival, into at most so many batches.

    The order of each loan is kept. Loans take turns of `fair_share` operations, more urgent ones
    first, so that a hot loan delays the others by no more than its share. An operation above the
    limits has a batch of its own.
    """
    turns = _turns(waiting, fair_share)
    packs: list[Pack] = []
    current = _Filling(gas, limits)
    for index, operation in enumerate(turns):
        if current.add(operation):
            continue
        packs.append(current.finished())
        if len(packs) == most:
            return Packing(packs, sorted(turns[index:], key=_number))
        current = _Filling(gas, limits)
        current.add(operation)
    if current.count:
        packs.append(current.finished())
    return Packing(packs, [])


def _turns(waiting: Sequence[Waiting], fair_share: int) -> Sequence[Waiting]:
    """Return the operations in the order in which loans take turns.

    Without a hot loan or an urgent operation that is the order of arrival: neighbours then have
    neighbouring numbers, and the chain keeps the results of neighbours in one slot.
    """
    counts = Counter([operation.loan_number for operation in waiting])
    largest = max(counts.values(), default=0)
    if largest <= fair_share and not any(each.priority for each in waiting):
        return waiting
    return sorted(waiting, key=_turn_of(waiting, fair_share).__getitem__)


def _turn_of(waiting: Sequence[Waiting], fair_share: int) -> dict[Waiting, tuple[int, int, int]]:
    """Return each operation's place; one that an urgent one follows is as urgent as that."""
    places: dict[Waiting, tuple[int, int, int]] = {}
    for group in grouped_by_loan(waiting):
        priority = 0
        for index in range(len(group) - 1, -1, -1):
            priority = max(priority, group[index].priority)
            places[group[index]] = (-priority, index // fair_share, group[index].number)
    return places


def grouped_by_loan(operations: Iterable[Waiting]) -> list[list[Waiting]]:
    """Return the operations of each loan together, loans by their first arrival."""
    groups: dict[int, list[Waiting]] = {}
    for operation in operations:
        groups.setdefault(operation.loan_number, []).append(operation)
    return list(groups.values())


class _Filling:
    """A batch that is being filled."""

    def __init__(self, gas: GasModel, limits: Limits) -> None:
        self._model, self._limits = gas, limits
        self._loans: dict[int, list[Waiting]] = {}
        self.gas, self.words, self.count = gas.base, 0, 0

    def add(self, operation: Waiting) -> bool:
        """Take the operation if it still fits, and tell; the first always does."""
        words = operation.words
        group = self._loans.get(operation.loan_number)
        gas = self._model.of_operation(operation.kind, words, known_loan=group is not None)
        full = self.words + words > self._limits.words or self.gas + gas > self._limits.gas
        if full and self.count:
            return False
        self.gas += gas
        self.words += words
        self.count += 1
        if group is None:
            self._loans[operation.loan_number] = [operation]
        else:
            group.append(operation)
        return True

    def finished(self) -> Pack:
        operations = [operation for group in self._loans.values() for operation in group]
        return Pack(operations, self.gas)


def _number(operation: Waiting) -> int:
    return operation.number
