"""What became of each mutant, kept between runs, and which tests are likely to notice the next."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.mutation.compiler import ROOT

KILLED, SURVIVED, SAME, REFUSED = "killed", "survived", "same bytecode", "does not compile"
COUNTED = (KILLED, SURVIVED)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one mutant. `killer` is the test file that failed first."""

    contract: str
    path: str
    function: str
    change: str
    diff: str
    outcome: str
    killer: str
    seconds: float
    sources: str
    tests: str

    @property
    def name(self) -> str:
        """Source and function, as the table of survivors has them."""
        return f"{Path(self.path).stem}.{self.function}"


def digest(paths: Iterable[Path]) -> str:
    """Return a short hash of files' names and contents."""
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


class Results:
    """A file of results by mutant. A result counts as long as what it depends on is unchanged."""

    def __init__(self, file: Path) -> None:
        self._file = file
        found = json.loads(file.read_text()) if file.is_file() else {}
        self._by_id = {key: Result(**one) for key, one in found.items()}

    def valid(self, key: str, sources: str, tests: str) -> Result | None:
        """Return a mutant's result unless the contracts changed, or it survived other tests.

        A mutant that was noticed stays so when tests are added; its test is there still.
        """
        found = self._by_id.get(key)
        if found is None or found.sources != sources:
            return None
        if found.outcome == SURVIVED and found.tests != tests:
            return None
        if found.outcome == KILLED and not (ROOT / found.killer).is_file():
            return None
        return found

    def add(self, key: str, result: Result) -> None:
        """Keep a result, on disk too, so that a run that is cut off goes on from there."""
        self._by_id[key] = result
        text = {name: asdict(one) for name, one in self._by_id.items()}
        partial = self._file.with_suffix(".part")
        partial.write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n")
        partial.replace(self._file)

    def likely_first(self, tests: Sequence[str], path: str, function: str) -> list[str]:
        """Return test files, those first that noticed mutants of the function, then of the file."""
        near = Counter(one.killer for one in self._by_id.values() if one.path == path)
        exact = Counter(
            one.killer
            for one in self._by_id.values()
            if (one.path, one.function) == (path, function)
        )

        def rank(test: str) -> tuple[int, int, int]:
            named = Path(test).name.removesuffix(".t.sol").lower() == function.lower()
            return (-exact[test], -named, -near[test])

        return sorted(tests, key=rank)
