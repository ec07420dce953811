"""A value as the oracle contract reads it: ten words, hashed twice."""

from dataclasses import dataclass
from enum import IntEnum

from collateral.domain.merkle import double_hash
from oracles.domain.errors import OracleError
from oracles.domain.quantities import MAX_UINT64

_WORD = 32
_ADDRESS_DIGITS = 40


class ValueStatus(IntEnum):
    """Anything but valid cannot be borrowed against; the numbers are the contract's."""

    VALID = 0
    FROZEN = 1
    CHALLENGED = 2


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Where a leaf is good: one oracle contract on one chain, in one round."""

    chain_id: int
    oracle: str
    number: int


@dataclass(frozen=True, kw_only=True)
class ValueLeaf:
    """One value of one round. Amounts are ledger units; of a token, for 10^18 base units."""

    asset_id: int
    class_id: int
    status: ValueStatus
    value: int
    lower: int
    observed_at: int
    valid_until: int

    def __post_init__(self) -> None:
        if not 0 < self.asset_id < 2**256:
            raise OracleError("BAD_LEAF", f"{self.asset_id} is no asset id of 256 bits above zero.")
        if not 0 <= self.lower <= self.value <= MAX_UINT64 or self.value == 0:
            raise OracleError(
                "BAD_LEAF",
                f"Value {self.value} with lower bound {self.lower} does not fit a leaf: "
                "0 <= lower <= value, value above zero, both in 64 bits.",
            )

    def as_tuple(self) -> tuple[int, int, int, int, int, int, int]:
        """Return the fields in the order of the contract's struct."""
        return (
            self.asset_id,
            self.class_id,
            int(self.status),
            self.value,
            self.lower,
            self.observed_at,
            self.valid_until,
        )


def address_number(address: str) -> int:
    """Return a contract address as the number under which its value is kept."""
    digits = address[2:]
    if not address.startswith("0x") or len(digits) != _ADDRESS_DIGITS:
        raise OracleError("BAD_ADDRESS", f"{address[:60]!r} is no address of 20 bytes in hex.")
    try:
        return int(digits, 16)
    except ValueError:
        raise OracleError("BAD_ADDRESS", f"{address!r} holds other than hex digits.") from None


def leaf_hash(leaf: ValueLeaf, domain: Domain) -> bytes:
    """Return ``keccak256(keccak256(abi.encode(chainId, oracle, round, fields…)))``."""
    numbers = (domain.chain_id, address_number(domain.oracle), domain.number, *leaf.as_tuple())
    return double_hash(b"".join(number.to_bytes(_WORD, "big") for number in numbers))
