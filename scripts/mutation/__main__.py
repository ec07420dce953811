"""Run mutants of the core contracts against their tests and report what survives.

`python -m scripts.mutation --sample 400` takes a seeded sample over all of them; without it,
every mutant runs. The report goes to `.ballast/deep/mutation.json` as it grows.
"""

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.mutation.compiler import ROOT, CompileError, Compiler
from scripts.mutation.mutants import Mutant, mutants_of
from scripts.mutation.workspace import Workspace, WorkspaceBroken

SEED = 20_261
DIRECTORY = ROOT / ".ballast" / "deep"
SOURCES = "contracts/src"
TESTS = "contracts/test"
SCORE_WANTED_BPS = 8_500


@dataclass(frozen=True, slots=True)
class Target:
    """A contract: its sources by globs, and the tests that should notice, the quick ones first."""

    contract: str
    sources: tuple[str, ...]
    stages: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"{SOURCES}/{self.contract}.sol"

    def paths(self) -> list[str]:
        """Return the sources that there are, from the root."""
        found = [path for glob in self.sources for path in (ROOT / SOURCES).glob(glob)]
        return sorted(str(path.relative_to(ROOT)) for path in found)


@dataclass(frozen=True, slots=True)
class Case:
    """A mutant, and the contract whose bytecode it changes."""

    target: Target
    mutant: Mutant
    path: str
    contract: str


# Bases and linked libraries count with the contract that they are part of.
TARGETS = (
    Target(
        "LoanBook",
        ("LoanBook.sol", "Stewardship.sol", "book/*.sol"),
        (f"{TESTS}/loanbook/*", f"{TESTS}/invariants/S*"),
    ),
    Target(
        "AuctionHouse", ("AuctionHouse.sol",), (f"{TESTS}/loanbook/*", f"{TESTS}/invariants/S*")
    ),
    Target(
        "AssetRegistry",
        ("AssetRegistry.sol", "Attestations.sol"),
        (f"{TESTS}/AssetRegistry*", f"{TESTS}/invariants/S*"),
    ),
    Target(
        "ValuationOracle",
        ("ValuationOracle.sol", "Reporters.sol"),
        (f"{TESTS}/oracle/*", f"{TESTS}/invariants/[OS]*"),
    ),
    Target(
        "LendingPool",
        ("LendingPool.sol", "Tranches.sol", "Lenders.sol", "Reservations.sol"),
        (f"{TESTS}/LendingPool*", f"{TESTS}/invariants/*"),
    ),
)


@dataclass
class Report:
    """What became of the mutants."""

    seconds: float = 0.0
    killed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    survived: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    same: int = 0
    refused: int = 0

    @property
    def count(self) -> int:
        return sum(self.killed.values()) + sum(map(len, self.survived.values()))

    def score_bps(self) -> int:
        """Share of mutants that a test noticed, rounded down."""
        return sum(self.killed.values()) * 10_000 // max(self.count, 1)

    def save(self, path: Path) -> None:
        found = {
            "mutants": self.count,
            "score_bps": self.score_bps(),
            "seconds_per_mutant": round(self.seconds / max(self.count, 1), 1),
            "killed": dict(self.killed),
            "survived": dict(self.survived),
            "not_compiled": self.refused,
            "same_bytecode": self.same,
        }
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def main(arguments: list[str]) -> int:
    """Run the mutants; the exit code is 0 when enough of them were noticed."""
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="how many, by a seed; 0 for all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", help="one contract")
    options = parser.parse_args(arguments)
    targets = [one for one in TARGETS if options.only in (None, one.contract)]
    workspace = Workspace(DIRECTORY / "mutation")
    print("Building the tests once…", flush=True)
    workspace.prepare()
    check_tests_pass(workspace, targets)
    report = Report()
    with Compiler() as compiler:
        cases = [case for target in targets for case in cases_of(compiler, target)]
        random.Random(options.seed).shuffle(cases)
        print(f"{len(cases)} mutants, of which {options.sample or 'all'} run.", flush=True)
        for case in cases:
            if options.sample and report.count >= options.sample:
                break
            run(compiler, workspace, case, report)
            report.save(DIRECTORY / "mutation.json")
    return summary(report)


def cases_of(compiler: Compiler, target: Target) -> list[Case]:
    """Return all mutants of a contract's sources."""
    found = []
    for path in target.paths():
        tree = compiler.tree(path)
        own = deployed_of(tree)
        where = (path, own) if own else (target.path, target.contract)
        mutants = mutants_of(path, (ROOT / path).read_bytes(), tree)
        found += [Case(target, mutant, *where) for mutant in mutants]
    return found


def deployed_of(tree: Mapping[str, Any]) -> str:
    """Return the contract or linked library of a source that is deployed by itself, if any."""
    for node in tree["nodes"]:
        if node["nodeType"] != "ContractDefinition" or node["abstract"]:
            continue
        functions = (one for one in node["nodes"] if one["nodeType"] == "FunctionDefinition")
        linked = any(one["visibility"] in ("public", "external") for one in functions)
        if node["contractKind"] == "contract" or (node["contractKind"] == "library" and linked):
            return str(node["name"])
    return ""


def check_tests_pass(workspace: Workspace, targets: list[Target]) -> None:
    """Refuse to measure with tests that fail by themselves."""
    for tests in sorted({stage for target in targets for stage in target.stages}):
        if not workspace.passes(tests):
            raise WorkspaceBroken(f"Without any mutant, {tests} fails.")


def run(compiler: Compiler, workspace: Workspace, case: Case, report: Report) -> None:
    """Compile one mutant, run its tests, and note what became of it."""
    begun = time.monotonic()
    mutant = case.mutant
    source = (ROOT / mutant.path).read_bytes()
    try:
        changed = {mutant.path: mutant.applied(source)}
        machine = compiler.bytecode(case.path, case.contract, changed)
    except CompileError:
        report.refused += 1
        return
    if machine == compiler.original(case.path, case.contract):
        report.same += 1
        return
    with workspace.with_bytecode(case.contract, machine):
        survived = all(map(workspace.passes, case.target.stages))
    report.seconds += time.monotonic() - begun
    if survived:
        report.survived[case.target.contract].append(mutant.describe(source))
    else:
        report.killed[case.target.contract] += 1
    words = "SURVIVED" if survived else "killed"
    print(f"{report.count:4} {words:8} {mutant.describe(source)}", flush=True)


def summary(report: Report) -> int:
    """Print the figures, and whether they are good enough."""
    print(
        f"{report.count} mutants, {report.score_bps() / 100:.1f} % noticed, "
        f"{report.seconds / max(report.count, 1):.1f} s each; "
        f"{report.refused} did not compile, {report.same} gave the same bytecode."
    )
    for contract in sorted({*report.killed, *report.survived}):
        killed, survived = report.killed[contract], len(report.survived[contract])
        print(f"  {contract}: {killed} of {killed + survived}")
    return 0 if report.score_bps() >= SCORE_WANTED_BPS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
