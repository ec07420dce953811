"""Blocks of test chains: none comes twice."""

import itertools

from config.stack import rpc

_makers = itertools.count(0xB10C << 64)


def change_maker(rpc_url: str) -> None:
    """Let another account make the blocks from here on, so that none is like one before.

    anvil loses the state of a block that comes again, and with it the code of all contracts:
    calls then succeed and do nothing.
    """
    rpc.call(rpc_url, "anvil_setCoinbase", f"0x{next(_makers):040x}")
