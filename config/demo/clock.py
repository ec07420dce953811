"""The local chain's clock. Only the demo moves it; protocol code reads the time of the block."""

import time

from config.demo.waiting import wait_until
from contracts.client import Chain
from settlement.selectors import chain_time

BLOCK_WAIT_S = 0.05


class Clock:
    """Moves the time of an anvil node forward, never back."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def now(self) -> int:
        """Return the newest block's time, unix seconds."""
        return self.chain.head().timestamp

    def advance_to(self, moment: int) -> None:
        """Let the next blocks be at `moment` or later, and wait until the reader has seen one."""
        if self.now() < moment:
            self.chain.rpc.request("evm_setNextBlockTimestamp", hex(moment))
            while self.now() < moment:
                time.sleep(BLOCK_WAIT_S)
        wait_until(
            what="the event reader to reach the present", done=lambda: chain_time() >= moment
        )
