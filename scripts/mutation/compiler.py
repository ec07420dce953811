"""The Solidity compiler as a process that stays: sources in, syntax tree or bytecode out."""

import json
import re
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent.parent
IMPORT = re.compile(r'^import\s[^;]*?"([^"]+)";', re.MULTILINE)
REMAPPED = "@openzeppelin/"
# As the profile that the tests run with.
SETTINGS = {
    "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
    "optimizer": {"enabled": True, "runs": 800},
    "evmVersion": "prague",
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
}


class CompileError(Exception):
    """The source does not compile."""


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

    def tree(self, path: str) -> dict[str, Any]:
        """Return the syntax tree of one source."""
        found = self.ask(path, {}, {path: {"": ["ast"]}})
        tree: dict[str, Any] = found["sources"][path]["ast"]
        return tree

    def bytecode(self, path: str, contract: str, changed: Mapping[str, str]) -> dict[str, Any]:
        """Return ``bytecode`` and ``deployedBytecode`` of a contract with some sources changed."""
        wanted = {path: {contract: ["evm.bytecode", "evm.deployedBytecode"]}}
        found = self.ask(path, changed, wanted)
        machine: dict[str, Any] = found["contracts"][path][contract]["evm"]
        return machine

    @lru_cache(maxsize=32)  # noqa: B019 - the compiler lives as long as the run
    def original(self, path: str, contract: str) -> dict[str, Any]:
        """Return the bytecode of a contract as it is."""
        return self.bytecode(path, contract, {})

    def ask(
        self, path: str, changed: Mapping[str, str], wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the compiler's answer about a source; an error in it is raised."""
        found = sources(path, changed)
        request = {
            "language": "Solidity",
            "sources": {name: {"content": body} for name, body in found.items()},
            "settings": {**SETTINGS, "outputSelection": wanted},
        }
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise CompileError("The compiler has no pipes.")
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        errors = [one for one in answer.get("errors", []) if one["severity"] == "error"]
        if errors:
            raise CompileError(errors[0]["message"])
        return answer


def sources(path: str, changed: Mapping[str, str]) -> dict[str, str]:
    """Return a source and all that it imports, by path from the root, changed ones as given."""
    found: dict[str, str] = {}
    waiting = [path]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = changed.get(name) or (ROOT / name).read_text()
        waiting += [_resolve(name, wanted) for wanted in IMPORT.findall(found[name])]
    return found


def _resolve(importer: str, wanted: str) -> str:
    if wanted.startswith(REMAPPED):
        return f"node_modules/{wanted}"
    absolute = (ROOT / importer).parent / wanted
    return str(Path(*absolute.parts).resolve().relative_to(ROOT))
