"""Blocks by the clock, as a chain of a given shape makes them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from benchmarks.node import BLOCK_GAS
from contracts.rpc import Rpc

TIMEOUT_S = 300


@contextmanager
def mining(block_gas: int, interval_s: float) -> Iterator[None]:
    """Have a block of at most so much gas mined every `interval_s`; then none by itself."""
    rpc = Rpc(settings.RPC_URL, TIMEOUT_S)
    rpc.request("evm_setAutomine", False)
    rpc.request("evm_setBlockGasLimit", hex(block_gas))
    over = threading.Event()
    miner = threading.Thread(target=_mine, args=(rpc, interval_s, over), daemon=True)
    miner.start()
    try:
        yield
    finally:
        over.set()
        miner.join()
        rpc.request("evm_setBlockGasLimit", hex(BLOCK_GAS))


def _mine(rpc: Rpc, interval_s: float, over: threading.Event) -> None:
    """Mine by the clock; a block that takes longer than the interval is followed at once."""
    due = time.monotonic() + interval_s
    while not over.wait(max(due - time.monotonic(), 0)):
        rpc.request("evm_mine")
        due = max(due + interval_s, time.monotonic())
