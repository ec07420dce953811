"""Run mutants of the core contracts against their tests and report what survives.

`python -m scripts.mutation --sample 400` takes a seeded sample over all of them; without it,
every mutant runs. Results are kept in `.ballast/deep/mutants.json`: a run that was cut off goes
on, and after a change only what it concerns runs again. Survivors must be explained in
`docs/mutants.md`.
"""

import argparse
import sys
import time
from collections import Counter

from scripts.mutation.compiler import ROOT, Compiler
from scripts.mutation.image import Images
from scripts.mutation.results import COUNTED, KILLED, SURVIVED, Result, Results
from scripts.mutation.runner import Runner, numbered
from scripts.mutation.survivors import explained
from scripts.mutation.targets import SOURCES, TARGETS, Case, cases_of, found, units_of
from scripts.mutation.workspace import Workspace

SEED = 20_261
DIRECTORY = ROOT / ".ballast" / "deep"
EXPLANATIONS = ROOT / "docs" / "mutants.md"
SCORE_WANTED_BPS = 8_500
# Some of a sample do not compile, or compile to what was there before: these do not count.
SPARE_PERCENT = 12
# As many switches as one image may hold: a contract grows by each, up to the tests' size limit.
MOST_AT_ONCE = 600


def main(arguments: list[str]) -> int:
    """Run the mutants; the exit code is 0 when enough were noticed and the rest is explained."""
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="how many, by a seed; 0 for all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", help="one contract")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    with Compiler() as compiler:
        paths = found(SOURCES, "**/*.sol")
        trees = compiler.trees(paths)
        cases = [
            case
            for target in TARGETS
            if options.only in (None, target.contract)
            for case in cases_of(target, trees)
        ]
        cases.sort(key=lambda case: case.lot(options.seed))
        drawn = cases[: options.sample * (100 + SPARE_PERCENT) // 100 or None]
        print(f"{len(cases)} mutants, of which {len(drawn)} are drawn.", flush=True)
        workspaces = workspaces_of(options.workers)
        counted: dict[str, Result] = {}
        for start in range(0, len(drawn), MOST_AT_ONCE):
            run(compiler, trees, drawn[start : start + MOST_AT_ONCE], workspaces, counted)
    return summary(counted, time.monotonic() - begun)


def workspaces_of(count: int) -> list[Workspace]:
    """Build the tests once, and copy them for each further worker."""
    print("Building the tests once…", flush=True)
    made = [Workspace.numbered(number) for number in range(count)]
    made[0].prepare()
    for other in made[1:]:
        other.copy_of(made[0])
    return made


def run(
    compiler: Compiler,
    trees: dict[str, object],
    cases: list[Case],
    workspaces: list[Workspace],
    counted: dict[str, Result],
) -> None:
    """Compile some mutants together and run them."""
    print("Compiling the mutants at once…", flush=True)
    units = units_of(trees)
    images, placed = Images(compiler, trees).make([case.mutant for case in cases], units)
    results = Results(DIRECTORY / "mutants.json")
    runner = Runner(compiler, images, units, workspaces, results)
    tests = {test for case in cases for stage in case.target.tests() for test in stage}
    print("Running the tests without any mutant…", flush=True)
    runner.check_tests_pass(sorted(tests))

    def report(case: Case, result: Result) -> None:
        counted[case.key] = result
        line = f"{case.mutant.path}:{case.mutant.line} {result.change}"
        print(f"{len(counted):4} {result.outcome:9} {line} [{result.seconds} s]", flush=True)

    runner.run(numbered(cases, placed.__contains__), report)


def summary(results: dict[str, Result], elapsed_s: float) -> int:
    """Print the survivors and the figures, and whether they are good enough."""
    outcomes = Counter(one.outcome for one in results.values())
    survivors = {key: one for key, one in results.items() if one.outcome == SURVIVED}
    known = explained(EXPLANATIONS.read_text())
    unknown = [one for one in survivors.values() if (one.name, one.change) not in known]
    for one in unknown:
        print(f"\nNot noticed and not explained: {one.path}, {one.function}\n{one.diff}")
    ran = sum(outcomes[one] for one in COUNTED)
    score_bps = outcomes[KILLED] * 10_000 // max(ran, 1)
    others = ", ".join(f"{n} {what}" for what, n in outcomes.items() if what not in COUNTED)
    for contract in sorted({one.contract for one in results.values()}):
        mine = Counter(one.outcome for one in results.values() if one.contract == contract)
        print(f"  {contract}: {mine[KILLED]} of {mine[KILLED] + mine[SURVIVED]}")
    print(
        f"{ran} mutants, {score_bps / 100:.1f} % noticed, {len(survivors) - len(unknown)} of "
        f"{len(survivors)} survivors explained, {elapsed_s:.0f} s; not counted: {others or 'none'}."
    )
    return 0 if score_bps >= SCORE_WANTED_BPS and not unknown else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
