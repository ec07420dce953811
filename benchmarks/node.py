"""A chain for one benchmark: on a free port, and gone with all its files when it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from config.stack.chain import FreshChain
from config.stack.part import STATE_DIR

# Thousands of set-up transactions go into one block; how large it is changes no transaction's gas.
BLOCK_GAS = 30_000_000_000


@dataclass(kw_only=True)
class BenchChain(FreshChain):
    """A chain that takes transactions of any sender, unsigned: their gas is the same."""

    def command(self) -> list[str]:
        return [*super().command(), "--auto-impersonate", "--no-request-size-limit"]

    def options(self) -> dict[str, str]:
        return {**super().options(), "gas-limit": str(BLOCK_GAS), "base-fee": "0"}

    def forget(self) -> None:
        """Remove what a stopped server leaves beside its directory."""
        for path in (self.log_path, *STATE_DIR.glob(f"{self.name}.*")):
            path.unlink(missing_ok=True)


@contextmanager
def own_chain() -> Iterator[str]:
    """Run a chain and give its address; stop it and remove its files at the end."""
    with TemporaryDirectory(prefix="ballast-bench-") as directory:
        node = BenchChain(
            name=f"bench-{os.getpid()}", label="The bench's chain", directory=Path(directory)
        )
        node.use()
        try:
            yield node.url
        finally:
            node.stop()
            node.forget()
