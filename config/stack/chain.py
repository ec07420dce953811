"""The local chain: anvil, kept on disk beside the database."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.env import LOCAL_CHAIN_ID
from config.paths import CHAIN_DIR
from config.stack import chain_state, rpc
from config.stack.node_tools import foundry_binary
from config.stack.part import Part
from config.stack.ports import any_free_port, choose_port, remembered_port

BLOCK_INTERVAL_S = 0.25
STATE_INTERVAL_S = 5
BLOCK_GAS_LIMIT = 240_000_000
BASE_FEE_WEI = 1_000_000_000


@dataclass(kw_only=True)
class Chain(Part):
    """An anvil that mines on an interval and writes its state to disk every few seconds."""

    name: str = "chain"
    label: str = "The chain"
    # A stop writes the state, which must not be cut short.
    stop_timeout_s: int = 60
    patient: bool = True
    directory: Path = CHAIN_DIR
    port: int = field(default_factory=lambda: remembered_port("chain"))

    def command(self) -> Sequence[str]:
        flags = [text for name, value in self.options().items() for text in (f"--{name}", value)]
        return [str(foundry_binary("anvil")), "--quiet", *flags]

    def options(self) -> dict[str, str]:
        """Return anvil's options. The code-size limit stays on: it would hold elsewhere too."""
        return {
            "host": "127.0.0.1",
            "port": str(self.port),
            "allow-origin": self.readable_from(),
            "chain-id": str(LOCAL_CHAIN_ID),
            "hardfork": "prague",
            "gas-limit": str(BLOCK_GAS_LIMIT),
            "base-fee": str(BASE_FEE_WEI),
            "order": "fifo",
            "cache-path": str(self.directory / "cache"),
            **self.keeping(),
        }

    def readable_from(self) -> str:
        """Return the one site whose pages may ask this node: the portal's, to check disclosures.

        Whatever else a browser shows must not reach a node that obeys everybody.
        """
        return f"http://127.0.0.1:{remembered_port('web')}"

    def keeping(self) -> dict[str, str]:
        """Return the options that make the chain outlive its process, and mine by the clock."""
        return {
            "state": str(self.state_file),
            "state-interval": str(STATE_INTERVAL_S),
            "block-time": str(BLOCK_INTERVAL_S),
            "timestamp": str(self._first_timestamp()),
        }

    def prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        chain_state.keep_first_genesis(self.state_file)
        self.port = choose_port("chain")

    def is_ready(self) -> bool:
        try:
            return int(rpc.call(self.url, "eth_chainId"), 16) == LOCAL_CHAIN_ID
        except rpc.NodeUnreachable:
            return False

    def describe(self) -> str:
        block = int(rpc.call(self.url, "eth_blockNumber"), 16)
        return f"Chain {LOCAL_CHAIN_ID} at block {block}, its node at {self.url}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def state_file(self) -> Path:
        return self.directory / "state.json"

    def _first_timestamp(self) -> int:
        """Return the time to start the clock at: never before the last block's.

        anvil keeps its blocks but forgets that its clock was moved.
        """
        return max(int(time.time()), chain_state.last_timestamp(self.state_file) + 1)


@dataclass(kw_only=True)
class FreshChain(Chain):
    """A chain without memory that mines each transaction at once."""

    patient: bool = False
    port: int = field(default_factory=any_free_port)

    def prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)

    def readable_from(self) -> str:
        """Return any site: a chain without memory has nothing to protect."""
        return "*"

    def keeping(self) -> dict[str, str]:
        return {}
