"""Branch coverage of the contracts by their own tests, in the bytecode that the tests run.

`forge coverage` compiles all tests anew through the slow pipeline. Here each condition of the
sources (`if`, `?:`, loops, the first operand of `&&` and `||`) and each arm of a `try` leaves a
file behind for each way that it went, by a cheatcode; the tests run as they are.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.mutation.compiler import PARTS, ROOT, Compiler, sources
from scripts.mutation.mutants import nodes_of
from scripts.mutation.switches import Place, rendered
from scripts.mutation.targets import SOURCES, TARGETS, TESTS, found, units_of
from scripts.mutation.workspace import Workspace

FORKS = ("IfStatement", "Conditional", "WhileStatement", "ForStatement")
WANTED_BPS = 9_500
SEEN = "seen"
PROBE_NAME = "Probe.sol"
IMPORT = f'\nimport {{Probe}} from "{PROBE_NAME}";\n'
# A condition may stand in a pure function, so the probe is cast to one; the memory that it uses
# is given back, for code around it may be building an array there.
PROBE = """
pragma solidity ^0.8.30;
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
library Probe {
    function yes(uint256 way) internal pure returns (bool) { _pure()(way); return true; }
    function no(uint256 way) internal pure returns (bool) { _pure()(way); return false; }
    function _pure() private pure returns (function(uint256) internal pure made) {
        function(uint256) internal view looking = _leave;
        assembly { made := looking }
    }
    function _leave(uint256 way) private view {
        uint256 free;
        assembly ("memory-safe") { free := mload(0x40) }
        string memory path = string.concat("seen/", Strings.toString(way));
        address vm = address(uint160(uint256(keccak256("hevm cheat code"))));
        (bool done,) = vm.staticcall(
            abi.encodeWithSignature("writeFile(string,string)", path, ""));
        assert(done);
        assembly ("memory-safe") { mstore(0x40, free) }
    }
}
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a source; its ways are the two numbers from `2 * number` on."""

    number: int
    path: str
    line: int
    place: Place

    def around(self, inner: bytes, source: bytes) -> bytes:
        """Return the condition so that either way is told."""
        way = 2 * self.number
        return b"((%s) ? Probe.yes(%d) : Probe.no(%d))" % (inner, way, way + 1)

    def ways(self) -> dict[int, str]:
        """Return what each way's number means."""
        return {2 * self.number: "true", 2 * self.number + 1: "false"}


@dataclass(frozen=True, slots=True)
class Arm(Condition):
    """The block of one arm of a `try`: it has one way."""

    def around(self, inner: bytes, source: bytes) -> bytes:
        return b"{ Probe.yes(%d); %s }" % (2 * self.number, inner)

    def ways(self) -> dict[int, str]:
        return {2 * self.number: "entered"}


def conditions_of(path: str, tree: Mapping[str, Any], first: int) -> list[Condition]:
    """Return the conditions of a source, numbered from `first` on."""
    source = (ROOT / path).read_bytes()
    made = []
    for number, (kind, node) in enumerate(_forks(tree), start=first):
        start, length, _ = map(int, node["src"].split(":"))
        line = source[:start].count(b"\n") + 1
        made.append(kind(number, path, line, Place(start, length)))
    return made


def _forks(tree: Mapping[str, Any]) -> Iterator[tuple[type[Condition], Mapping[str, Any]]]:
    for node in nodes_of(tree):
        kind = node["nodeType"]
        if kind == "TryCatchClause":
            yield Arm, node["block"]
        elif kind == "BinaryOperation" and node["operator"] in ("&&", "||"):
            yield Condition, node["leftExpression"]
        elif kind in FORKS and node.get("condition"):
            yield Condition, node["condition"]


def main() -> int:
    """Measure, and return 0 when the money contracts' branches are covered well enough."""
    paths = found(SOURCES, "**/*.sol")
    with Compiler() as compiler:
        trees = compiler.trees(paths)
        conditions: list[Condition] = []
        for path in [path for target in TARGETS for path in target.paths()]:
            conditions += conditions_of(path, trees[path], len(conditions))
        machines = instrumented(compiler, conditions, units_of(trees))
    workspace = Workspace.numbered(0)
    print("Building the tests…", flush=True)
    workspace.prepare()
    seen = workspace.directory / SEEN
    seen.mkdir(exist_ok=True)
    for old in seen.iterdir():
        old.unlink()
    workspace.deploy_instead(machines)
    tests = [path for path in found(TESTS, "**/*.t.sol") if "/symbolic/" not in path]
    passed, failed = workspace.outcome(tests)
    print(f"{passed} tests passed.", flush=True)
    for name in failed:
        print(f"  fails with the probes' gas in the code: {name}", flush=True)
    return report(conditions, {int(one.name) for one in seen.iterdir()})


def instrumented(
    compiler: Compiler, conditions: list[Condition], units: list[tuple[str, str]]
) -> dict[str, Mapping[str, Any]]:
    """Return the bytecode of all contracts that have a condition, with the probes in it."""
    changed = {PROBE_NAME: PROBE}
    for path in {one.path for one in conditions}:
        mine = [one for one in conditions if one.path == path]
        changed[path] = rendered((ROOT / path).read_bytes(), mine, IMPORT).decode()
    print(f"Compiling {len(conditions)} conditions with a probe each…", flush=True)
    compiler.check(changed, changed)
    touched = [unit for unit in units if not changed.keys().isdisjoint(sources([unit[0]], {}))]
    made = {name: compiler.bytecode(path, name, changed) for path, name in touched}
    return {name: {part: machine[part] for part in PARTS} for name, machine in made.items()}


def report(conditions: list[Condition], seen: set[int]) -> int:
    """Print the ways that no test went, and the share of those that one did."""
    total = covered = 0
    for target in TARGETS:
        mine = [one for one in conditions if one.path in target.paths()]
        ways = [(one, way, what) for one in mine for way, what in one.ways().items()]
        missed = [(one, what) for one, way, what in ways if way not in seen]
        for one, what in missed:
            source = (ROOT / one.path).read_bytes()
            text = source[one.place.start : one.place.start + one.place.length].decode()
            print(f"  never {what}: {one.path}:{one.line} {' '.join(text.split())[:80]}")
        hit = len(ways) - len(missed)
        print(f"{target.contract}: {hit} of {len(ways)} ways, {hit * 100 / len(ways):.1f} %")
        total, covered = total + len(ways), covered + hit
    share_bps = covered * 10_000 // max(total, 1)
    print(f"All: {covered} of {total} ways, {share_bps / 100:.1f} %")
    return 0 if share_bps >= WANTED_BPS else 1


if __name__ == "__main__":
    sys.exit(main())
