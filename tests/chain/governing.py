"""Acting as the timelock on a local chain, as if a vote had passed and its delay had run."""

import time
from collections.abc import Sequence
from typing import Any

from contracts.client import Chain

GAS = 5_000_000
MINING_LIMIT_S = 120


def enact(chain: Chain, calls: Sequence[tuple[str, str, Sequence[Any]]]) -> None:
    """Send calls (contract, function, arguments) from the timelock and wait for them."""
    timelock = chain.address("BallastTimelock")
    chain.rpc.request("anvil_setBalance", timelock, hex(10**20))
    chain.rpc.request("anvil_impersonateAccount", timelock)
    hashes = [
        chain.rpc.request(
            "eth_sendTransaction",
            {
                "from": timelock,
                "to": chain.address(contract),
                "data": "0x" + chain.encode(contract, function, *arguments).hex(),
                "gas": hex(GAS),
            },
        )
        for contract, function, arguments in calls
    ]
    chain.rpc.request("anvil_stopImpersonatingAccount", timelock)
    deadline = time.monotonic() + MINING_LIMIT_S
    while not all(chain.receipts_of(hashes)):
        assert time.monotonic() < deadline, "what was enacted was not mined"
        time.sleep(0.02)
    assert all(receipt.succeeded for receipt in chain.receipts_of(hashes) if receipt)
