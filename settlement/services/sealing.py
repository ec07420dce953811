"""Signing: the last thing that is done to a transaction before it is stored.

A signed transaction is stored as its fields and its signature: its bytes follow from them, and are
half calldata that is stored already.
"""

from collections.abc import Sequence
from typing import Any

from contracts.transactions import raw_type_2, signature_in
from settlement.models import Batch, BatchStatus
from settlement.wallets import wallet_of

DYNAMIC_FEE_TYPE = 2
# A transfer of nothing to oneself, which spends a nonce.
NOOP = "noop"
NOOP_GAS = 21_000


def seal(batches: Sequence[Batch]) -> None:
    """Sign what has just been given its nonces: with that it is whole, and may be stored."""
    for batch in batches:
        sign(batch)
        batch.status = BatchStatus.SIGNED


def sign(batch: Batch) -> None:
    """Sign the batch, or a transfer of nothing in its place when it was cancelled."""
    fields = _fields(batch, void=bool(batch.cancelled))
    raw, batch.tx_hash = wallet_of(batch.signer).sign_transaction(fields)
    batch.signature = signature_in(raw, fields)
    if batch.cancelled and batch.kind != NOOP:
        batch.cancel_hashes = [*batch.cancel_hashes, batch.tx_hash]


def raw_of(batch: Batch) -> bytes:
    """Return the bytes that were signed last, with their signature."""
    void = batch.kind == NOOP or batch.tx_hash in batch.cancel_hashes
    return raw_type_2(_fields(batch, void=void), bytes(batch.signature or b""))


def _fields(batch: Batch, *, void: bool) -> dict[str, Any]:
    to, data, gas = batch.to_address, bytes(batch.data), batch.gas_limit
    if void:
        to, data, gas = batch.signer.address, b"", NOOP_GAS
    return {
        "type": DYNAMIC_FEE_TYPE,
        "chainId": batch.chain_id,
        "nonce": batch.nonce,
        "to": to,
        "data": data,
        "value": 0,
        "gas": gas,
        "maxFeePerGas": batch.max_fee_wei,
        "maxPriorityFeePerGas": batch.priority_fee_wei,
    }
