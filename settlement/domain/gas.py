"""How much gas a transaction is given: measured by simulation, with as little air as is safe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PERCENT = 100
# A chain that has the limit of EIP-7825 takes no transaction above it.
MAX_TRANSACTION_GAS = 16_777_216
_MARGIN_PERCENT = 105
# Up to a fifth of the gas used may have been refunded at the end, but is needed until then.
_REFUND_MARGIN_PERCENT = 132
_REFUNDING_KINDS = frozenset({"settle", "close", "cure", "call", "buy", "take", "epoch", "open"})
# What a contract's own guard wants to see left before its last isolated step.
_GUARD_GAS: Mapping[str, int] = {"mint": 1_600_000, "settle": 600_000}
_DEFAULT_GUARD_GAS = 60_000


@dataclass(frozen=True, slots=True)
class GasModel:
    """Gas of a settle batch: fixed, first operation on a loan, further ones beside it."""

    base: int
    first_on_loan: int
    further_on_loan: int

    def of_batch(self, loan_numbers: Sequence[int]) -> int:
        """Return the gas of operations given by loan, once those of one loan stand together."""
        loans = len(set(loan_numbers))
        return (
            self.base
            + loans * self.first_on_loan
            + (len(loan_numbers) - loans) * self.further_on_loan
        )


SETTLE_GAS = GasModel(base=60_000, first_on_loan=36_000, further_on_loan=14_000)


def gas_limit(*, kind: str, gas_used: int) -> int:
    """Return the limit for a transaction whose simulation used so much gas, rounded up."""
    percent = _REFUND_MARGIN_PERCENT if kind in _REFUNDING_KINDS else _MARGIN_PERCENT
    limit = -(-gas_used * percent // PERCENT) + _GUARD_GAS.get(kind, _DEFAULT_GUARD_GAS)
    return min(limit, max(MAX_TRANSACTION_GAS, gas_used))
