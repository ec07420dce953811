"""The contracts whose mutants are run, and the mutants of each."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.mutation.compiler import ROOT
from scripts.mutation.image import Unit
from scripts.mutation.mutants import Mutant, mutants_of
from scripts.mutation.switches import nodes_around

SOURCES = "contracts/src"
TESTS = "contracts/test"


@dataclass(frozen=True, slots=True)
class Target:
    """A contract: its sources by globs, and the tests that should notice, the quick ones first."""

    contract: str
    sources: tuple[str, ...]
    stages: tuple[str, ...]

    def paths(self) -> list[str]:
        """Return the sources that there are, from the root."""
        return [path for glob in self.sources for path in found(SOURCES, glob)]

    def tests(self) -> list[list[str]]:
        """Return the test files of each stage."""
        return [found(TESTS, stage) for stage in self.stages]


@dataclass(frozen=True, slots=True)
class Case:
    """A mutant, the contract that it counts for, and the function that it is in.

    `offset` counts the bytes from the beginning of the function, or other part of the contract.
    """

    target: Target
    mutant: Mutant
    function: str
    offset: int
    source: bytes

    @property
    def key(self) -> str:
        """A name that stays while the source does."""
        one = self.mutant
        place = f"{one.path}\0{one.start}\0{one.length}\0{one.text}\0".encode()
        return hashlib.sha256(place + self.source).hexdigest()[:12]

    def lot(self, seed: int) -> str:
        """What decides whether it is drawn: a change elsewhere leaves it in or out as it was."""
        one = self.mutant
        place = f"{seed}\0{one.path}\0{self.function}\0{self.offset}\0{one.length}\0{one.text}"
        return hashlib.sha256(place.encode()).hexdigest()

    @property
    def change(self) -> str:
        """The change in one line, without its place."""
        return self.mutant.describe(self.source).split(" ", 1)[1]

    def diff(self) -> str:
        """Return the changed lines, before and after."""
        start, end = self.mutant.start, self.mutant.start + self.mutant.length
        first = self.source.rfind(b"\n", 0, start) + 1
        last = self.source.find(b"\n", end)
        before = self.source[first:last].decode()
        after = (
            self.source[first:start] + self.mutant.text.encode() + self.source[end:last]
        ).decode()
        return "\n".join(
            f"{mark} {line}"
            for mark, text in (("-", before), ("+", after))
            for line in text.splitlines()
        )


def found(root: str, glob: str) -> list[str]:
    """Return the files of a glob under a directory of the project, from the project's root."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / root).glob(glob))


def _libraries(*names: str) -> tuple[str, ...]:
    return tuple(f"libraries/{name}.sol" for name in names)


BOOK = ("loanbook/*.t.sol", "risk/*.t.sol", "invariants/[CS]*.t.sol", "LendingPool*.t.sol")
# Bases and libraries count with the contract that they are part of.
TARGETS = (
    Target(
        "LoanBook",
        (
            "LoanBook.sol",
            "LoanViews.sol",
            "Stewardship.sol",
            "book/*.sol",
            *_libraries("Answers", "Appraisal", "Arguments", "Cards", "Consent", "LedgerUnits"),
            *_libraries("LoanMath", "Payments", "Schedule", "Slots", "TermsWords", "Underwriter"),
            *_libraries("Valuation", "Words"),
        ),
        BOOK,
    ),
    Target("AuctionHouse", ("AuctionHouse.sol", *_libraries("CappedGate", "LotRooms")), BOOK),
    Target(
        "AssetRegistry",
        (
            "AssetRegistry.sol",
            "Attestations.sol",
            *_libraries("AssetWords", "CappedSignature", "EasAttestation", "RegistrySlots"),
        ),
        ("AssetRegistry*.t.sol", "Verifier*.t.sol", "invariants/[RS]*.t.sol"),
    ),
    Target(
        "ValuationOracle",
        (
            "ValuationOracle.sol",
            "Reporters.sol",
            *_libraries("Pauses", "Presents", "RoundClock", "SignerSet", "ValueProofs"),
        ),
        ("oracle/*.t.sol", "invariants/[OS]*.t.sol", "loanbook/*.t.sol"),
    ),
    Target(
        "LendingPool",
        (
            "LendingPool.sol",
            "Tranches.sol",
            "Lenders.sol",
            "Reservations.sol",
            *_libraries("Claims", "ExactTransfer", "Orders", "TrancheMath"),
        ),
        ("LendingPool*.t.sol", "TrancheVault.t.sol", "invariants/[PS]*.t.sol"),
    ),
)
# Tests that call a library's functions carry its code themselves.
CARRYING_TESTS = (
    (f"{TESTS}/loanbook/LoanMath.t.sol", "LoanMathVectorsTest"),
    (f"{TESTS}/loanbook/LoanMath.t.sol", "LoanMathFuzzTest"),
    (f"{TESTS}/loanbook/Payments.t.sol", "PaymentsTest"),
    (f"{TESTS}/loanbook/Tokens.t.sol", "Units"),
)


def cases_of(target: Target, trees: Mapping[str, Any]) -> Iterator[Case]:
    """Yield all mutants of a contract's sources."""
    for path in target.paths():
        source = (ROOT / path).read_bytes()
        for mutant in mutants_of(path, source, trees[path]):
            around = nodes_around(trees[path], mutant)
            functions = [one for one in around if one["nodeType"] == "FunctionDefinition"]
            name = (functions[-1]["name"] or functions[-1]["kind"]) if functions else ""
            part = around[min(2, len(around) - 1)]
            offset = mutant.start - int(part["src"].split(":")[0])
            yield Case(target, mutant, name, offset, source)


def units_of(trees: Mapping[str, Any]) -> list[Unit]:
    """Return what is deployed by itself, or carries libraries' code into a test."""
    deployed = [(path, name) for path, tree in trees.items() if (name := _deployed(tree))]
    return [*deployed, *CARRYING_TESTS]


def _deployed(tree: Mapping[str, Any]) -> str:
    """Return the contract or linked library of a source that is deployed by itself, if any."""
    for node in tree["nodes"]:
        if node["nodeType"] != "ContractDefinition" or node["abstract"]:
            continue
        functions = (one for one in node["nodes"] if one["nodeType"] == "FunctionDefinition")
        linked = any(one["visibility"] in ("public", "external") for one in functions)
        if node["contractKind"] == "contract" or (node["contractKind"] == "library" and linked):
            return str(node["name"])
    return ""
