"""The Solidity compiler as a process that stays: sources in, syntax tree or bytecode out."""

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent.parent
IMPORT = re.compile(r'^import\s[^;]*?"([^"]+)";', re.MULTILINE)
REMAPPED = "@openzeppelin/"
PARTS = ("bytecode", "deployedBytecode")
# As the profile that the tests run with.
SETTINGS = {
    "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
    "optimizer": {"enabled": True, "runs": 800},
    "evmVersion": "prague",
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
}


class CompileError(Exception):
    """The source does not compile; `places` are file, first byte and last of what is wrong."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors[0]["message"])
        where = [one["sourceLocation"] for one in errors if "sourceLocation" in one]
        self.places = [(one["file"], one["start"], one["end"]) for one in where]


class Compiler:
    """One running compiler."""

    def __enter__(self) -> Self:
        node = ROOT / ".venv" / "bin" / "node"
        command = [str(node) if node.exists() else "node", "--stack-size=4000"]
        self._process = subprocess.Popen(
            [*command, str(Path(__file__).with_name("compiler.js"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()

    def trees(self, paths: Sequence[str]) -> dict[str, Any]:
        """Return the syntax trees of sources."""
        found = self.ask(paths, {}, {path: {"": ["ast"]} for path in paths})
        return {path: found["sources"][path]["ast"] for path in paths}

    def check(self, paths: Iterable[str], changed: Mapping[str, str]) -> None:
        """Raise `CompileError` unless sources, some of them changed, are well typed."""
        self.ask(paths, changed, {})

    def bytecode(self, path: str, contract: str, changed: Mapping[str, str]) -> dict[str, Any]:
        """Return ``bytecode`` and ``deployedBytecode`` of a contract with some sources changed."""
        parts = [f"evm.{part}.{what}" for part in PARTS for what in ("object", "linkReferences")]
        found = self.ask([path], changed, {path: {contract: parts}})
        machine: dict[str, Any] = found["contracts"][path][contract]["evm"]
        return machine

    @lru_cache(maxsize=64)  # noqa: B019 - the compiler lives as long as the run
    def original(self, path: str, contract: str) -> dict[str, Any]:
        """Return the bytecode of a contract as it is."""
        return self.bytecode(path, contract, {})

    def ask(
        self, paths: Iterable[str], changed: Mapping[str, str], wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the compiler's answer about some sources; errors in them are raised."""
        found = sources(paths, changed)
        request = {
            "language": "Solidity",
            "sources": {name: {"content": body} for name, body in found.items()},
            "settings": {**SETTINGS, "outputSelection": wanted},
        }
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("The compiler has no pipes.")
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        errors = [one for one in answer.get("errors", []) if one["severity"] == "error"]
        if errors:
            raise CompileError(errors)
        return answer


def sources(paths: Iterable[str], changed: Mapping[str, str]) -> dict[str, str]:
    """Return sources and all that they import, by path from the root, changed ones as given."""
    found: dict[str, str] = {}
    waiting = list(paths)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = changed.get(name) or _read(name)
        waiting += [_resolve(name, wanted) for wanted in IMPORT.findall(found[name])]
    return found


@lru_cache(maxsize=512)
def _read(name: str) -> str:
    return (ROOT / name).read_text()


def _resolve(importer: str, wanted: str) -> str:
    if wanted.startswith(REMAPPED):
        return f"node_modules/{wanted}"
    if not wanted.startswith("."):
        return wanted
    absolute = (ROOT / importer).parent / wanted
    return str(Path(*absolute.parts).resolve().relative_to(ROOT))
