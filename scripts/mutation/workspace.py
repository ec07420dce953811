"""A copy of the contracts and their tests in which contracts' bytecode can be replaced.

Tests deploy what lies in the directory of artifacts, so no test is compiled for a mutant.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.forge import forge
from scripts.mutation.compiler import ROOT

BUILD_LIMIT_S = 7_200
TEST_LIMIT_S = 1_800
ARTIFACTS = "out/test-out"
KEPT = ".kept"
# What a loop that a mutant made endless may burn; the longest test needs less than half.
GAS_LIMIT = 20_000_000_000
# Fewer random cases: a mutant that only the gate's larger number would find counts as survived.
QUICK = {
    "FOUNDRY_PROFILE": "test",
    "FOUNDRY_FUZZ_RUNS": "16",
    "FOUNDRY_FUZZ_SEED": "0xba11a57",
    "FOUNDRY_INVARIANT_RUNS": "3",
    "FOUNDRY_INVARIANT_DEPTH": "40",
}
SUITE = re.compile(r"^Ran \d+ tests? for (\S+):\w+$", re.MULTILINE)

PASSED = re.compile(r"(\d+) tests passed, \d+ failed")
FAILED = re.compile(r"^\[FAIL.*?\] (\w+)\(", re.MULTILINE)


class WorkspaceBroken(Exception):
    """The tests fail without any mutant, or cannot be built."""


class Workspace:
    """One directory with everything that forge needs."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @classmethod
    def numbered(cls, number: int) -> "Workspace":
        """Return the workspace of a worker; the first is shared by all that runs tests so."""
        return cls(ROOT / ".ballast" / "deep" / f"tests-{number}")

    def prepare(self) -> None:
        """Copy the sources and build what changed since the last run."""
        self._restore()
        for copied in ("contracts", "tests"):
            shutil.rmtree(self.directory / copied, ignore_errors=True)
        shutil.copytree(ROOT / "contracts", self.directory / "contracts")
        shutil.copytree(ROOT / "tests" / "vectors", self.directory / "tests" / "vectors")
        self._answer_version_at_once()
        for shared in ("node_modules", ".venv"):
            if not (self.directory / shared).is_symlink():
                (self.directory / shared).symlink_to(ROOT / shared)
        self._write_settings()
        built = self._forge("build", "--quiet", limit_s=BUILD_LIMIT_S)
        if built.returncode != 0:
            raise WorkspaceBroken(built.stdout[-2_000:] + built.stderr[-2_000:])
        self._compile_nothing_more()

    def _write_settings(self) -> None:
        settings = (ROOT / "foundry.toml").read_text()
        allowed = 'fs_permissions = [{ access = "read-write", path = "./" }]'
        settings = re.sub(
            r"fs_permissions = .*", f"{allowed}\ndynamic_test_linking = true", settings
        )
        settings = re.sub(r"gas_limit = .*", f"gas_limit = {GAS_LIMIT}", settings)
        settings = settings.replace(".ballast/forge/", "out/")
        (self.directory / "foundry.toml").write_text(settings)

    def copy_of(self, other: "Workspace") -> None:
        """Become a copy of a workspace that was built."""
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(other.directory, self.directory, symlinks=True)

    def _answer_version_at_once(self) -> None:
        """Forge asks its compiler for the version before each run; loading it takes a second."""
        real = self._solc().rename(self._solc().with_name("solc-that-compiles"))
        self._compile_by(f'exec "{real}" "$@"')

    def _compile_nothing_more(self) -> None:
        """Spare each run seven seconds: forge asks for the interfaces of all sources to find tests.

        Those that it has built it finds without the answer; a test that it has not does not run.
        """
        self._compile_by("cat > /dev/null; echo '{}'")

    def _compile_by(self, command: str) -> None:
        told = subprocess.run(
            [str(ROOT / "contracts" / "tools" / "solc"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        self._solc().write_text(
            f"#!/bin/sh\ncase $1 in --version) cat <<'END'\n{told}END\n;; *) {command} ;; esac\n"
        )
        self._solc().chmod(0o755)

    def _solc(self) -> Path:
        return self.directory / "contracts" / "tools" / "solc"

    def deploy_instead(self, machines: Mapping[str, Mapping[str, Any]]) -> None:
        """Let tests deploy other bytecode under contracts' names, and these alone."""
        self._restore()
        for contract, machine in machines.items():
            path = next(self.directory.glob(f"{ARTIFACTS}/*/{contract}.json"))
            kept = path.with_suffix(KEPT)
            path.rename(kept)
            artifact = json.loads(kept.read_text())
            for part in ("bytecode", "deployedBytecode"):
                artifact[part]["object"] = "0x" + machine[part]["object"]
                artifact[part]["linkReferences"] = machine[part]["linkReferences"]
            path.write_text(json.dumps(artifact))

    def _restore(self) -> None:
        """Put the contracts' own artifacts back."""
        for kept in self.directory.glob(f"{ARTIFACTS}/*/*{KEPT}"):
            kept.replace(kept.with_suffix(".json"))

    def first_failure(self, tests: Sequence[str]) -> str:
        """Run test files until a test fails; return its file, or nothing when all pass."""
        try:
            glob = _glob(tests)
            done = self._forge("test", "--match-path", glob, "--fail-fast", "--threads", "1")
        except subprocess.TimeoutExpired:
            # A loop that no longer ends is noticed too.
            return tests[0]
        suites = list(SUITE.finditer(done.stdout))
        if not suites:
            raise WorkspaceBroken(f"No test ran: {done.stdout[-500:]} {done.stderr[-1_500:]}")
        if done.returncode == 0:
            return ""
        failed = done.stdout.find("[FAIL")
        before = [suite for suite in suites if suite.start() < failed]
        return (before or suites)[-1].group(1)

    def outcome(self, tests: Sequence[str]) -> tuple[int, list[str]]:
        """Run test files to their end; return how many tests passed, and which failed."""
        done = self._forge("test", "--match-path", _glob(tests), limit_s=BUILD_LIMIT_S)
        passed = PASSED.search(done.stdout)
        if passed is None:
            raise WorkspaceBroken(f"No test ran: {done.stdout[-500:]} {done.stderr[-1_500:]}")
        return int(passed.group(1)), sorted(set(FAILED.findall(done.stdout)))

    def _forge(
        self, *arguments: str, limit_s: int = TEST_LIMIT_S
    ) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return subprocess.run(
            [str(forge()), *arguments, "--root", str(self.directory)],
            cwd=self.directory,
            env={**os.environ, **QUICK, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=limit_s,
        )


def _glob(tests: Sequence[str]) -> str:
    return "{" + ",".join(tests) + "}"
