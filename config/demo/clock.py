"""The local chain's clock. Only the demo moves it; protocol code reads the time of the block."""

from config.demo.waiting import wait_until
from contracts.client import Chain
from settlement.selectors import chain_time
from settlement.tasks import read_chain

RESTING_INTERVAL_S = 3


class Clock:
    """Moves the time of an anvil node forward, never back."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def now(self) -> int:
        """Return the newest block's time, unix seconds."""
        return self.chain.head().timestamp

    def advance_to(self, moment: int) -> None:
        """Mine a block at `moment` and one on top, and wait until the reader has seen it."""
        if self.now() < moment:
            self.chain.rpc.request("evm_setNextBlockTimestamp", hex(moment))
            self.chain.rpc.request("evm_mine")
            self.chain.rpc.request("evm_mine")
            read_chain.delay()
        wait_until(
            what="the event reader to reach the present", done=lambda: chain_time() >= moment
        )

    def rest(self) -> None:
        """Mine seldom from now on: nobody waits for blocks while the portal is looked at."""
        self.chain.rpc.request("evm_setIntervalMining", RESTING_INTERVAL_S)
