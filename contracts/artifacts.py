"""Compiled contracts, committed as JSON, so that nothing is compiled at run time.

``python -m contracts.artifacts`` rewrites them from what ``forge build`` left behind.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from contracts.errors import ContractUnknown

ROOT = Path(__file__).resolve().parent.parent
ARTIFACT_DIR = Path(__file__).resolve().parent / "artifacts"
FORGE_OUT = ROOT / ".ballast" / "forge" / "out"
MANIFEST = ARTIFACT_DIR / "manifest.json"
CONTRACTS = (
    "AssetRegistry",
    "AuctionHouse",
    "EAS",
    "AccessManager",
    "Lane",
    "LendingPool",
    "LoanBook",
    "RiskTerms",
    "SchemaRegistry",
    "TestRestakingToken",
    "TestStablecoin",
    "TrancheShare",
    "TrancheVault",
    "ValuationOracle",
    "VerifierRegistry",
)
# Contracts that the protocol has more than once, each by a name of its own.
INSTANCES = {
    "SeniorShare": "TrancheShare",
    "SeniorVault": "TrancheVault",
    "JuniorShare": "TrancheShare",
    "JuniorVault": "TrancheVault",
}
MAX_RUNTIME_BYTES = 24_576
MAX_INIT_BYTES = 49_152
_COMPILER_PACKAGES = ("solc", "@openzeppelin/contracts", "@ethereum-attestation-service")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract. ``links`` gives, for each library, the byte offsets of its address."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: str
    links: Mapping[str, list[int]]
    runtime_bytes: int

    def linked(self, libraries: Mapping[str, str]) -> bytes:
        """Return the creation code with the libraries' addresses in place."""
        code = self.bytecode.removeprefix("0x")
        for library, offsets in self.links.items():
            address = libraries[library].removeprefix("0x").lower()
            for offset in offsets:
                code = code[: offset * 2] + address + code[offset * 2 + 40 :]
        return bytes.fromhex(code)


@cache
def artifact(name: str) -> Artifact:
    """Return the committed artifact of the contract, or of the instance, of that name."""
    path = ARTIFACT_DIR / f"{INSTANCES.get(name, name)}.json"
    if not path.is_file():
        raise ContractUnknown(f"There is no artifact of a contract named {name} in {path.parent}.")
    return Artifact(name=name, **json.loads(path.read_text()))


def artifact_names() -> list[str]:
    """Return the names of all committed artifacts, libraries included."""
    return sorted(path.stem for path in ARTIFACT_DIR.glob("*.json") if path != MANIFEST)


def manifest() -> dict[str, Any]:
    """Return what was noted when the artifacts were written."""
    loaded: dict[str, Any] = json.loads(MANIFEST.read_text())
    return loaded


def source_digest() -> str:
    """Return the SHA-256 of all that decides the bytecode: sources, settings, versions."""
    digest = hashlib.sha256()
    sources = sorted((ROOT / "contracts" / "src").rglob("*.sol"))
    for path in [*sources, ROOT / "foundry.toml"]:
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(path.read_bytes())
    digest.update(json.dumps(_compiler_versions()).encode())
    return digest.hexdigest()


def write_artifacts(out: Path = FORGE_OUT, target: Path = ARTIFACT_DIR) -> list[str]:
    """Write the artifacts of all contracts, and of the libraries they link, into ``target``."""
    target.mkdir(exist_ok=True)
    written: list[str] = []
    waiting = list(CONTRACTS)
    while waiting:
        name = waiting.pop(0)
        built = read_build(out, name)
        (target / f"{name}.json").write_text(json.dumps(built, indent=1) + "\n")
        written.append(name)
        waiting += [link for link in built["links"] if link not in (*written, *waiting)]
    for path in target.glob("*.json"):
        if path.stem not in (*written, MANIFEST.stem):
            path.unlink()
    noted = {"source_digest": source_digest(), "contracts": sorted(written)}
    (target / MANIFEST.name).write_text(json.dumps(noted, indent=1) + "\n")
    return sorted(written)


def read_build(out: Path, name: str) -> dict[str, Any]:
    """Return the parts that we keep of one contract that forge has built."""
    found = sorted(out.glob(f"*/{name}.json"))
    if not found:
        raise ContractUnknown(f"Forge has not built {name} in {out}. Run `make contracts`.")
    built = json.loads(found[0].read_text())
    return {
        "abi": built["abi"],
        "bytecode": built["bytecode"]["object"],
        "links": {
            library: [reference["start"] for reference in references]
            for libraries in built["bytecode"].get("linkReferences", {}).values()
            for library, references in libraries.items()
        },
        "runtime_bytes": len(built["deployedBytecode"]["object"].removeprefix("0x")) // 2,
    }


def _compiler_versions() -> dict[str, str]:
    """Return the locked versions of the compiler and of the libraries that we compile."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return {
        path: package["version"]
        for path, package in sorted(packages.items())
        if path.removeprefix("node_modules/").startswith(_COMPILER_PACKAGES)
    }


if __name__ == "__main__":
    sys.stdout.write(f"Wrote {len(write_artifacts())} artifacts to {ARTIFACT_DIR}.\n")
