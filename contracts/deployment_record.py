"""The record of what was deployed where: a JSON file beside the chain's data."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from contracts.errors import ContractUnknown, DeploymentInvalid


@dataclass(frozen=True)
class Deployment:
    """Addresses by contract name, on the chain of that id and genesis block.

    `block` is the first block that can hold one of our events; `lanes` are the escrow
    addresses, lane 0 first.
    """

    chain_id: int
    genesis_hash: str
    block: int
    addresses: Mapping[str, str]
    lanes: tuple[str, ...]
    parameters: Mapping[str, Any]

    def address(self, contract: str) -> str:
        """Return the address of a contract by its name."""
        found = self.addresses.get(contract)
        if found is None:
            raise ContractUnknown(f"The deployment has no contract named {contract}.")
        return found

    def name_of(self, address: str) -> str | None:
        """Return the name of the contract at a checksummed address, or None."""
        return self._names.get(address)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {address: name for name, address in self.addresses.items()}

    def save(self, path: Path) -> None:
        """Write the record in one step."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(asdict(self), indent=1) + "\n")
        draft.replace(path)


def deployment_file() -> Path:
    """Return where the record is kept."""
    default = Path(settings.BASE_DIR) / ".ballast" / "chain" / "deployment.json"
    return Path(getattr(settings, "DEPLOYMENT_FILE", default))


def load(path: Path | None = None) -> Deployment:
    """Return the stored deployment; read again when the file has changed."""
    path = path or deployment_file()
    try:
        modified_ns = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise DeploymentInvalid(
            f"There is no deployment record at {path}. Start the stack, which deploys the "
            "contracts: `manage.py devstack`."
        ) from None
    return _load(path, modified_ns)


@lru_cache(maxsize=8)
def _load(path: Path, modified_ns: int) -> Deployment:
    try:
        stored = json.loads(path.read_text())
        return Deployment(**{**stored, "lanes": tuple(stored["lanes"])})
    except (ValueError, TypeError, KeyError) as error:
        raise DeploymentInvalid(
            f"The deployment record at {path} cannot be read. Start over with RESET=1."
        ) from error
