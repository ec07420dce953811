"""Sending to a chain that asks for no signatures: one transaction, or many in one block."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.errors import BenchFailed
from collateral.domain.keccak import keccak256
from contracts.abi import checksum
from contracts.client import Chain
from contracts.rpc import Rpc
from contracts.types import Receipt
from settlement.domain.profiles import TX_CAP

SENT_TOGETHER = 500
# Mining a large block, or tracing in it, takes long.
TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction to send; with an empty ``to`` it creates a contract."""

    sender: str
    to: str
    data: bytes


def account(name: str) -> str:
    """Return an address of that name; nobody needs its key on a chain of the bench."""
    return checksum("0x" + keccak256(name.encode())[-20:].hex())


class Sender:
    """Sends calls and gives their receipts; a call without effect is an error."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.chain.rpc = Rpc(chain.rpc.url, TIMEOUT_S)

    def send(self, call: Call) -> Receipt:
        """Send one call in a block of its own."""
        return self.send_all([call])[0]

    def send_all(self, calls: Sequence[Call]) -> list[Receipt]:
        """Send calls in the order given, many to a block."""
        receipts: list[Receipt] = []
        self.chain.rpc.request("evm_setAutomine", False)
        for start in range(0, len(calls), SENT_TOGETHER):
            receipts += self._one_block(calls[start : start + SENT_TOGETHER])
        self.chain.rpc.request("evm_setAutomine", True)
        return receipts

    def _one_block(self, calls: Sequence[Call]) -> list[Receipt]:
        sent = self.chain.rpc.batch_strict(
            [("eth_sendTransaction", (_fields(call),)) for call in calls]
        )
        self.chain.rpc.request("evm_mine")
        receipts = [receipt for receipt in self.chain.receipts_of(sent) if receipt is not None]
        if len(receipts) != len(calls):
            raise BenchFailed(f"{len(calls) - len(receipts)} transactions were not mined.")
        for receipt in receipts:
            if not receipt.succeeded:
                raise BenchFailed(f"Refused: {self.chain.revert_reason(receipt.tx_hash)}")
        return receipts

    def now(self) -> int:
        """Return the newest block's time."""
        return self.chain.head().timestamp

    def wait(self, seconds: int) -> None:
        """Let time pass and a block come."""
        self.chain.rpc.request("evm_increaseTime", hex(seconds))
        self.chain.rpc.request("evm_mine")


def _fields(call: Call) -> dict[str, Any]:
    fields = {
        "from": call.sender,
        "data": "0x" + call.data.hex(),
        "gas": hex(TX_CAP),
        "gasPrice": "0x0",
    }
    return fields | ({"to": call.to} if call.to else {})
