"""Runs mutants in several workspaces at once and notes what became of each."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from scripts.mutation.compiler import ROOT, CompileError, Compiler, sources
from scripts.mutation.image import NO_MUTANT, Image, Unit
from scripts.mutation.results import KILLED, REFUSED, SAME, SURVIVED, Result, Results, digest
from scripts.mutation.switches import FIRST_NUMBER
from scripts.mutation.targets import SOURCES, TESTS, Case
from scripts.mutation.workspace import Workspace, WorkspaceBroken

# Most mutants are noticed by the first few files; starting forge once more is paid by the rest.
FIRST_FILES = 3
Machines = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mutant of the sample with the number of its switch; `placed` when it has one."""

    case: Case
    number: int
    placed: bool


class Runner:
    """The images, the workspaces and the results of one run."""

    def __init__(
        self,
        compiler: Compiler,
        images: Mapping[Unit, Image],
        units: Sequence[Unit],
        workspaces: Sequence[Workspace],
        results: Results,
    ) -> None:
        self._compiler, self._images, self._units = compiler, images, units
        self._free: SimpleQueue[Workspace] = SimpleQueue()
        for workspace in workspaces:
            self._free.put(workspace)
        self._workers = len(workspaces)
        self._results = results
        self._compiling, self._noting = threading.Lock(), threading.Lock()
        self._sources = digest((ROOT / SOURCES).rglob("*.sol"))
        self._tests = digest((ROOT / TESTS).rglob("*.sol"))

    def check_tests_pass(self, tests: Sequence[str]) -> None:
        """Refuse to measure with tests that fail when no mutant is chosen."""
        workspace = self._free.get()
        try:
            originals = {unit[1]: image.choose(NO_MUTANT) for unit, image in self._images.items()}
            workspace.deploy_instead(originals)
            if failed := workspace.first_failure(tests):
                raise WorkspaceBroken(f"Without any mutant, a test of {failed} fails.")
        finally:
            self._free.put(workspace)

    def run(self, drawn: Iterable[Drawn], report: Callable[[Case, Result], None]) -> None:
        """Run mutants, those with a valid result excepted, and report each as it is known."""

        def one(mutant: Drawn) -> None:
            known = self._results.valid(mutant.case.key, self._sources, self._tests)
            result = known or self._judge(mutant)
            with self._noting:
                if known is None:
                    self._results.add(mutant.case.key, result)
                report(mutant.case, result)

        with ThreadPoolExecutor(self._workers) as pool:
            # Consumed, so that an error in a worker is raised here.
            for _ in pool.map(one, drawn):
                pass

    def _judge(self, drawn: Drawn) -> Result:
        begun = time.monotonic()
        killer, outcome = "", SAME
        try:
            machines = self._mutated(drawn)
            if machines:
                killer = self._killer(drawn.case, machines)
                outcome = KILLED if killer else SURVIVED
            if outcome == SURVIVED and drawn.placed and not self._compiled(drawn):
                outcome = SAME
        except CompileError:
            outcome = REFUSED
        case = drawn.case
        return Result(
            contract=case.target.contract,
            path=case.mutant.path,
            function=case.function,
            change=case.change,
            diff=case.diff(),
            outcome=outcome,
            killer=killer,
            seconds=round(time.monotonic() - begun, 1),
            sources=self._sources,
            tests=self._tests,
        )

    def _mutated(self, drawn: Drawn) -> Machines:
        """Return the contracts that a mutant changes; none when it is in no bytecode."""
        if not drawn.placed:
            return self._compiled(drawn)
        number = drawn.number
        carriers = {unit: image for unit, image in self._images.items() if image.carries(number)}
        return {unit[1]: image.choose(number) for unit, image in carriers.items()}

    def _compiled(self, drawn: Drawn) -> Machines:
        """Compile a mutant by itself; only contracts whose bytecode differs are returned."""
        mutant = drawn.case.mutant
        changed = {mutant.path: mutant.applied(drawn.case.source)}
        found: dict[str, Mapping[str, Any]] = {}
        with self._compiling:
            for unit in self._units:
                image = self._images.get(unit)
                carries = image is not None and image.carries(drawn.number)
                if not carries and (drawn.placed or mutant.path not in sources([unit[0]], {})):
                    continue
                machine = self._compiler.bytecode(*unit, changed)
                if machine != self._compiler.original(*unit):
                    found[unit[1]] = machine
        return found

    def _killer(self, case: Case, machines: Machines) -> str:
        """Return the test file that notices a mutant, or nothing."""
        stages = case.target.tests()
        with self._noting:
            tests = [test for stage in stages for test in stage]
            likely = self._results.likely_first(tests, case.mutant.path, case.function)
        first = likely[:FIRST_FILES]
        batches = [first, *([test for test in stage if test not in first] for stage in stages)]
        workspace = self._free.get()
        try:
            workspace.deploy_instead(machines)
            return next((one for batch in batches if (one := workspace.first_failure(batch))), "")
        finally:
            self._free.put(workspace)


def numbered(cases: Sequence[Case], placed: Callable[[int], bool]) -> list[Drawn]:
    """Number a sample as its images do."""
    numbers = range(FIRST_NUMBER, FIRST_NUMBER + len(cases))
    return [
        Drawn(case, number, placed(number)) for case, number in zip(cases, numbers, strict=True)
    ]
