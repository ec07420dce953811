"""Signing: the last thing that is done to a transaction before it is stored."""

from collections.abc import Sequence
from typing import Any

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
    batch.raw, batch.tx_hash = wallet_of(batch.signer).sign_transaction(_fields(batch))
    if batch.cancelled and batch.kind != NOOP:
        batch.cancel_hashes = [*batch.cancel_hashes, batch.tx_hash]


def _fields(batch: Batch) -> dict[str, Any]:
    to, data, gas = batch.to_address, bytes(batch.data), batch.gas_limit
    if batch.cancelled:
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
