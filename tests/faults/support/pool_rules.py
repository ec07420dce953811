"""The rules of geth's transaction pool, which a development node does not keep.

Replacements raise both fees by a tenth; a sender has sixteen in the pool, one when its account
is delegated; a transaction has at most 2^24 gas; and refusals are in geth's words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import rlp
from eth_account import Account
from eth_utils.crypto import keccak

MAX_TRANSACTION_GAS = 1 << 24
SLOTS_PER_SENDER = 16
PRICE_BUMP_PERCENT = 10
DELEGATION_PREFIX = "0xef0100"
INTRINSIC_GAS = 21_000
_SERVER_ERROR = -32_000

Ask = Callable[..., Any]


@dataclass(frozen=True)
class Transaction:
    """What the pool looks at; fees in wei for a unit of gas."""

    hash: str
    raw: str
    sender: str
    nonce: int
    priority_fee: int
    max_fee: int
    gas: int


@dataclass(frozen=True)
class Refusal(Exception):
    """An error of the node."""

    message: str
    code: int = _SERVER_ERROR


def decoded(raw: str) -> Transaction:
    """Return the fields of a signed type 2 transaction."""
    data = bytes.fromhex(raw[2:])
    if data[:1] != b"\x02":
        raise Refusal("transaction type not supported")
    numbers = [int.from_bytes(field, "big") for field in rlp.decode(data[1:])[1:5]]
    return Transaction(
        hash="0x" + keccak(data).hex(),
        raw=raw,
        sender=Account.recover_transaction(raw),
        nonce=numbers[0],
        priority_fee=numbers[1],
        max_fee=numbers[2],
        gas=numbers[3],
    )


class PoolRules:
    """What is in the pool, by sender and nonce, and who may still come in."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._pending: dict[str, dict[int, Transaction]] = {}
        # What only some nodes ask for: no nonce ahead of its turn, a balance below which a sender
        # has one transaction pending, room for so many of all senders together.
        self.in_order = False
        self.reserve_wei = 0
        self.room: int | None = None
        self.most_pending = 0

    def admit(self, transaction: Transaction) -> None:
        """Raise the refusal that geth would give."""
        pending = self._of(transaction.sender)
        same = pending.get(transaction.nonce)
        if same and same.hash == transaction.hash:
            raise Refusal("already known")
        self._check_nonce(transaction)
        self._check_gas(transaction)
        if same:
            _check_replacement(same, transaction)
        else:
            self._check_order(transaction, pending)
            self._check_room(transaction, pending)

    def added(self, transaction: Transaction) -> None:
        """Note what the node has taken."""
        self._pending.setdefault(transaction.sender, {})[transaction.nonce] = transaction
        self.most_pending = max(self.most_pending, self._count())

    def _count(self) -> int:
        return sum(len(self._of(sender)) for sender in list(self._pending))

    def _of(self, sender: str) -> dict[int, Transaction]:
        """Return what of a sender is still pending: the node may have mined or dropped some."""
        kept = {
            nonce: transaction
            for nonce, transaction in self._pending.get(sender, {}).items()
            if self.is_pending(transaction.hash)
        }
        self._pending[sender] = kept
        return kept

    def is_pending(self, tx_hash: str) -> bool:
        found = self._ask("eth_getTransactionByHash", tx_hash)
        return found is not None and found["blockNumber"] is None

    def _check_nonce(self, transaction: Transaction) -> None:
        next_nonce = int(self._ask("eth_getTransactionCount", transaction.sender, "latest"), 16)
        if transaction.nonce < next_nonce:
            raise Refusal(f"nonce too low: next nonce {next_nonce}, tx nonce {transaction.nonce}")

    def _check_gas(self, transaction: Transaction) -> None:
        if transaction.gas > MAX_TRANSACTION_GAS:
            raise Refusal(
                f"transaction gas limit too high (cap: {MAX_TRANSACTION_GAS}, "
                f"tx: {transaction.gas})"
            )
        if transaction.gas < INTRINSIC_GAS:
            raise Refusal(
                f"intrinsic gas too low: gas {transaction.gas}, minimum needed {INTRINSIC_GAS}"
            )
        if transaction.priority_fee > transaction.max_fee:
            raise Refusal("max priority fee per gas higher than max fee per gas")

    def _check_order(self, transaction: Transaction, pending: dict[int, Transaction]) -> None:
        if not self.in_order:
            return
        mined = int(self._ask("eth_getTransactionCount", transaction.sender, "latest"), 16)
        turn = max(pending, default=mined - 1) + 1
        if transaction.nonce > turn:
            raise Refusal(f"nonce too high: next nonce {turn}, tx nonce {transaction.nonce}")

    def _check_room(self, transaction: Transaction, pending: dict[int, Transaction]) -> None:
        code = self._ask("eth_getCode", transaction.sender, "latest")
        if code.startswith(DELEGATION_PREFIX) and pending:
            raise Refusal("in-flight transaction limit reached for delegated accounts")
        is_full = self.room is not None and self._count() >= self.room
        if is_full or len(pending) >= SLOTS_PER_SENDER:
            raise Refusal("txpool is full")
        if pending and self.reserve_wei and self._balance(transaction.sender) < self.reserve_wei:
            raise Refusal("insufficient balance: the sender is below its reserve")

    def _balance(self, sender: str) -> int:
        return int(self._ask("eth_getBalance", sender, "latest"), 16)


def _check_replacement(old: Transaction, new: Transaction) -> None:
    for before, after in ((old.max_fee, new.max_fee), (old.priority_fee, new.priority_fee)):
        if after * 100 < before * (100 + PRICE_BUMP_PERCENT):
            raise Refusal("replacement transaction underpriced")
