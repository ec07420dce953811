#!/usr/bin/env python3
"""The long proofs of the contracts: many random runs, symbolic proofs, slither, mutants.

Each step prints one line and leaves its whole output in `.ballast/deep`; all steps run, and the
exit code is 0 only when each of them passed.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEEP = ROOT / ".ballast" / "deep"
TOOLS = ROOT / ".venv" / "deep" / "bin"
TRIAGE = ROOT / "docs" / "slither.md"
SYMBOLIC = "contracts/test/symbolic"
ROW = re.compile(r"^\| (?!check )([a-z0-9-]+) \| (\S+) \| .+ \|$", re.MULTILINE)
SAMPLE = "400"


def main() -> int:
    """Run all steps and return the exit code."""
    DEEP.mkdir(parents=True, exist_ok=True)
    steps: dict[str, Callable[[], str]] = {
        "invariants 1024 x 64": invariants,
        "symbolic proofs": proofs,
        "slither": slither,
        f"mutants, {SAMPLE} by seed": mutants,
    }
    failed = 0
    for name, work in steps.items():
        begun = time.monotonic()
        print(f"… {name}", flush=True)
        try:
            words = work()
            mark = "✓"
        except StepFailed as failure:
            words, mark = str(failure), "✗"
            failed += 1
        print(f"{mark} {name}: {words} ({time.monotonic() - begun:.0f} s)", flush=True)
    return 1 if failed else 0


class StepFailed(Exception):
    """What a step found."""


def invariants() -> str:
    """Run every invariant 1,024 times 64 calls, by a new seed."""
    seed = os.environ.get("FOUNDRY_FUZZ_SEED", f"0x{int.from_bytes(os.urandom(8), 'big'):x}")
    settings = {
        "FOUNDRY_INVARIANT_RUNS": "1024",
        "FOUNDRY_INVARIANT_DEPTH": "64",
        "FOUNDRY_FUZZ_RUNS": "10000",
        "FOUNDRY_FUZZ_SEED": seed,
    }
    command = [sys.executable, "scripts/forge.py", "test"]
    output = run("invariants", command, settings)
    return f"{output.count('[PASS]')} tests passed, seed {seed}"


def proofs() -> str:
    """Prove the symbolic properties with halmos."""
    out = ".ballast/deep/symbolic-out"
    settings = {
        "FOUNDRY_PROFILE": "test",
        "FOUNDRY_SRC": SYMBOLIC,
        "FOUNDRY_TEST": SYMBOLIC,
        "FOUNDRY_OUT": out,
        "FOUNDRY_CACHE_PATH": ".ballast/deep/symbolic-cache",
    }
    command = [str(TOOLS / "halmos"), "--root", ".", "--forge-build-out", out]
    command += ["--function", "check_", "--solver", "yices", "--solver-timeout-assertion", "60s"]
    output = run("symbolic", command, settings)
    proved = output.count("[PASS]")
    if proved == 0:
        raise StepFailed("halmos found nothing to prove")
    return f"{proved} properties proved"


def slither() -> str:
    """Compare slither's findings with those that are explained."""
    report = DEEP / "slither.json"
    report.unlink(missing_ok=True)
    out = ".ballast/deep/slither-out"
    settings = {
        "FOUNDRY_PROFILE": "test",
        "FOUNDRY_OUT": out,
        "FOUNDRY_CACHE_PATH": ".ballast/deep/slither-cache",
    }
    command = [str(TOOLS / "slither"), ".", "--foundry-out-directory", out]
    command += ["--filter-paths", "node_modules|contracts/test|vendor", "--json", str(report)]
    command += ["--exclude-informational", "--exclude-optimization", "--exclude-low"]
    # Its exit code tells the number of findings; whether it ran is told by the report.
    run("slither", command, settings, check=False)
    if not report.is_file() or not json.loads(report.read_text())["success"]:
        raise StepFailed(f"slither did not run; see {DEEP / 'slither.log'}")
    findings = json.loads(report.read_text())["results"].get("detectors", [])
    return compare({(one["check"], place_of(one["elements"][0])) for one in findings})


def compare(found: set[tuple[str, str]]) -> str:
    """Hold findings, as check and place, against the explained ones, both ways."""
    explained = ROW.findall(TRIAGE.read_text())
    new = sorted(one for one in found if not any(matches(row, one) for row in explained))
    stale = sorted(row for row in explained if not any(matches(row, one) for one in found))
    if new or stale:
        raise StepFailed(f"not explained: {new}; explained and not found: {stale}")
    return f"{len(found)} findings, each explained"


def matches(row: tuple[str, str], found: tuple[str, str]) -> bool:
    """Tell whether a row of the table explains a finding."""
    return row[0] == found[0] and fnmatch(found[1], row[1])


def place_of(element: dict[str, Any]) -> str:
    """Return ``Contract.function`` of a finding, with the variable where there is one."""
    parent = element.get("type_specific_fields", {}).get("parent")
    above = place_of(parent) if parent and parent["type"] != "file" else ""
    if element["type"] not in ("contract", "function", "variable"):
        return above
    return f"{above}.{element['name']}" if above else str(element["name"])


def mutants() -> str:
    """Run a seeded sample of mutants; the score decides."""
    output = run("mutation", [sys.executable, "-m", "scripts.mutation", "--sample", SAMPLE], {})
    return next(line for line in reversed(output.splitlines()) if "noticed" in line)


def run(name: str, command: list[str], settings: dict[str, str], *, check: bool = True) -> str:
    """Run a command, keep its output, and return it."""
    system = "darwin" if sys.platform == "darwin" else "linux"
    foundry = sorted((ROOT / "node_modules" / "@foundry-rs").glob(f"forge-{system}-*/bin"))
    places = [*map(str, foundry), str(TOOLS), str(ROOT / ".venv" / "bin"), os.environ["PATH"]]
    environment = {**os.environ, **settings, "PATH": os.pathsep.join(places)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    (DEEP / f"{name}.log").write_text(done.stdout + done.stderr)
    if check and done.returncode != 0:
        last = [line for line in done.stdout.splitlines() if line.strip()][-1:]
        raise StepFailed(f"failed: {' '.join(last)[:200]} See {DEEP / f'{name}.log'}.")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
