"""How much gas a transaction is given: measured by simulation, with as little air as is safe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.domain.words import Kind

PERCENT = 100
# A chain that has the limit of EIP-7825 takes no transaction above it.
MAX_TRANSACTION_GAS = 16_777_216
_MARGIN_PERCENT = 105
# Up to a fifth of the gas used may have been refunded at the end, but is needed until then.
_REFUND_MARGIN_PERCENT = 132
_REFUNDING_KINDS = frozenset({"settle", "open", "call", "auction", "reserve", "close_epoch"})
# What a contract's own guard wants to see left before its last isolated step.
_GUARD_GAS: Mapping[str, int] = {"mint": 1_600_000, "settle": 3_100_000, "close_epoch": 3_000_000}
_DEFAULT_GUARD_GAS = 60_000


@dataclass(frozen=True, slots=True)
class OperationGas:
    """Gas of one kind of operation: the first on its loan in a batch, and further ones."""

    first: int
    further: int


@dataclass(frozen=True, slots=True)
class GasModel:
    """Gas of a settle batch: a fixed part, and so much for each operation by its kind."""

    base: int
    by_kind: Mapping[int, OperationGas]

    def of_operation(self, kind: int, *, known_loan: bool) -> int:
        """Return the gas of one operation; less when the batch has touched its loan before."""
        gas = self.by_kind[kind]
        return gas.further if known_loan else gas.first

    def of_batch(self, operations: Sequence[tuple[int, int]]) -> int:
        """Return the gas of ``(kind, loan number)`` with those of one loan side by side."""
        gas, loans = self.base, set[int]()
        for kind, loan_number in operations:
            gas += self.of_operation(kind, known_loan=loan_number in loans)
            loans.add(loan_number)
        return gas


# A close returns up to 33 things; few in a batch, so that the most it can take still fits.
SETTLE_GAS = GasModel(
    base=60_000,
    by_kind={
        Kind.COLLECT: OperationGas(first=36_000, further=14_000),
        Kind.CHARGE: OperationGas(first=36_000, further=14_000),
        Kind.CLOSE: OperationGas(first=900_000, further=900_000),
    },
)


def gas_limit(*, kind: str, gas_used: int) -> int:
    """Return the limit for a transaction whose simulation used so much gas, rounded up."""
    percent = _REFUND_MARGIN_PERCENT if kind in _REFUNDING_KINDS else _MARGIN_PERCENT
    limit = -(-gas_used * percent // PERCENT) + _GUARD_GAS.get(kind, _DEFAULT_GUARD_GAS)
    return min(limit, max(MAX_TRANSACTION_GAS, gas_used))
