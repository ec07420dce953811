"""Foundry's real binaries: npm's wrappers of them end with code 0 even when the work failed."""

import platform
import sys
from pathlib import Path

from config.paths import ROOT
from config.stack.errors import StackError

ARCHITECTURES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def foundry_binary(name: str) -> Path:
    """Return the path of `anvil`, `forge` or `cast` for this machine."""
    system = "darwin" if sys.platform == "darwin" else "linux"
    architecture = ARCHITECTURES.get(platform.machine(), platform.machine())
    package = ROOT / "node_modules" / "@foundry-rs" / f"{name}-{system}-{architecture}"
    binary = package / "bin" / name
    if not binary.exists():
        raise StackError(f"{name} is not installed at {binary}. Run 'make setup'.")
    return binary
