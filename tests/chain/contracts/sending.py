"""Sending a call and waiting for its receipt, for tests on a chain that mines at once."""

import time
from typing import Any

from contracts.client import Chain
from contracts.types import Receipt
from contracts.wallet import LocalWallet

MINING_LIMIT_S = 120
POLL_S = 0.02


def send(
    chain: Chain, wallet: LocalWallet, contract: str, function: str, *args: Any, gas: int = 500_000
) -> Receipt:
    """Send one call and return its receipt."""
    raw, tx_hash = wallet.sign_transaction(
        {
            "type": 2,
            "chainId": 31337,
            "nonce": chain.transaction_count(wallet.address),
            "to": chain.address(contract),
            "data": chain.encode(contract, function, *args),
            "value": 0,
            "gas": gas,
            "maxFeePerGas": chain.fees().max_fee_wei,
            "maxPriorityFeePerGas": 1,
        }
    )
    assert chain.send_raw(raw) == tx_hash
    deadline = time.monotonic() + MINING_LIMIT_S
    while (receipt := chain.receipt(tx_hash)) is None:
        assert time.monotonic() < deadline, f"{contract}.{function} was not mined"
        time.sleep(POLL_S)
    return receipt
