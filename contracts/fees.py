"""What a transaction should pay: the base fee with headroom, and what others pay beyond it."""

from collections.abc import Mapping
from typing import Any

from contracts.errors import ChainError
from contracts.types import Fees

# No payment to validators is needed where blocks are empty; a little keeps other chains content.
LEAST_PRIORITY_FEE_WEI = 1_000_000
HEADROOM_BLOCKS_FACTOR = 2
BLOCKS, PERCENTILE = 4, 60
ASKED = (
    ("eth_getBlockByNumber", ("latest", False)),
    ("eth_feeHistory", (hex(BLOCKS), "latest", [PERCENTILE])),
)


def market_fees(latest: Mapping[str, Any], history: Any) -> Fees:
    """Return caps that hold while the base fee doubles, from the answers to `ASKED`.

    The payment beyond it is what six tenths of the gas of a block paid no more than, in the
    cheapest of the last blocks: one dear block is no market. A node that keeps no history does no
    harm.
    """
    base_fee_wei = int(latest.get("baseFeePerGas", "0x0"), 16)
    rewards = [] if isinstance(history, ChainError) else (history or {}).get("reward") or []
    paid = min((int(block[0], 16) for block in rewards if block), default=0)
    priority_wei = max(paid, LEAST_PRIORITY_FEE_WEI)
    return Fees(
        max_fee_wei=base_fee_wei * HEADROOM_BLOCKS_FACTOR + priority_wei,
        priority_fee_wei=priority_wei,
    )
