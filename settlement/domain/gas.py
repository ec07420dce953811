"""How much gas a transaction is given: measured by simulation, with as little air as is safe."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.domain.words import Kind

PERCENT = 100
# Up to a fifth of the gas used may have been refunded at the end, but is needed until then.
_REFUND_PERCENT = 125
_REFUNDING_KINDS = frozenset({"open", "call", "auction", "reserve", "close_epoch"})
# What a contract's own guard wants to see left before its last isolated step.
_GUARD_GAS: Mapping[str, int] = {"mint": 1_600_000, "close_epoch": 3_000_000}
_DEFAULT_GUARD_GAS = 60_000


@dataclass(frozen=True, slots=True)
class OperationGas:
    """Gas of one kind of operation: the first on its loan in a batch, and further ones.

    ``guard`` is what the contract wants to see left before it: the worst case, not the usual one.
    """

    first: int
    further: int
    guard: int
    extra_word: int = 600


@dataclass(frozen=True, slots=True)
class GasModel:
    """Gas of a settle batch: a fixed part, and so much for each operation by its kind."""

    base: int
    by_kind: Mapping[int, OperationGas]

    def of_operation(self, kind: int, words: int = 1, *, known_loan: bool) -> int:
        """Return the gas of one operation; less when the batch has touched its loan before."""
        gas = self.by_kind[kind]
        return (gas.further if known_loan else gas.first) + (words - 1) * gas.extra_word

    def of_batch(self, operations: Sequence[tuple[int, int]]) -> int:
        """Return the gas of ``(kind, loan number)`` with those of one loan side by side."""
        gas, loans = self.base, set[int]()
        for kind, loan_number in operations:
            gas += self.of_operation(kind, known_loan=loan_number in loans)
            loans.add(loan_number)
        return gas

    def guard_of(self, kinds: Iterable[int]) -> int:
        """Return what must be left before the last operation of a batch of these kinds."""
        return max((self.by_kind[kind].guard for kind in kinds), default=0)


# Fitted to receipts of the real contracts (docs/decisions/0032); each batch is then corrected by
# what the batches before it used. A close returns up to 33 things.
SETTLE_GAS = GasModel(
    base=60_000,
    by_kind={
        Kind.COLLECT: OperationGas(first=6_000, further=650, guard=150_000),
        Kind.CHARGE: OperationGas(first=22_000, further=11_000, guard=150_000),
        Kind.CLOSE: OperationGas(first=300_000, further=300_000, guard=2_900_000),
    },
)
# Receipts say how far the model is off: the worst of the last ones holds, in thousandths.
PER_MILLE = 1_000
LEAST_FACTOR, MOST_FACTOR = 960, 5_000


def fitted_factor(used_and_modelled: Iterable[tuple[int, int]]) -> int | None:
    """Return by how many thousandths receipts exceed the model at worst; None without any."""
    factors = [-(-used * PER_MILLE // modelled) for used, modelled in used_and_modelled if modelled]
    if not factors:
        return None
    return min(max(*factors, LEAST_FACTOR), MOST_FACTOR)


def settle_limit(*, modelled: int, factor: int, guard: int, percent: int, most: int) -> int:
    """Return the limit of a batch: model × factor × (100 + percent) % + guard, rounded up.

    The guard must be left before the last operation, so a larger margin on top would be air.
    """
    expected = -(-modelled * factor // PER_MILLE)
    return min(-(-expected * (PERCENT + percent) // PERCENT) + guard, most)


def gas_limit(*, kind: str, gas_used: int, percent: int, most: int) -> int:
    """Return the limit for a call whose simulation used so much gas: so much more, and its guard.

    Not above what the chain takes in one transaction, unless the call needs that by itself.
    """
    needed = gas_used * (_REFUND_PERCENT if kind in _REFUNDING_KINDS else PERCENT)
    limit = -(-needed * (PERCENT + percent) // PERCENT**2)
    return min(limit + _GUARD_GAS.get(kind, _DEFAULT_GUARD_GAS), max(most, gas_used))
