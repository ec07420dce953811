"""A copy of the contracts and their tests in which one contract's bytecode can be replaced.

Tests deploy what lies in the directory of artifacts, so a mutant costs one compilation of one
contract and no test is compiled again.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.forge import forge
from scripts.mutation.compiler import ROOT

BUILD_LIMIT_S = 3_600
TEST_LIMIT_S = 300
ARTIFACTS = "out/test-out"
KEPT = ".kept"
# Fewer random cases: a mutant that only the gate's larger number would find counts as survived.
QUICK = {
    "FOUNDRY_PROFILE": "test",
    "FOUNDRY_FUZZ_RUNS": "16",
    "FOUNDRY_FUZZ_SEED": "0xba11a57",
    "FOUNDRY_INVARIANT_RUNS": "3",
    "FOUNDRY_INVARIANT_DEPTH": "40",
}


class WorkspaceBroken(Exception):
    """The tests fail without any mutant, or cannot be built."""


class Workspace:
    """One directory with everything that forge needs."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

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
        settings = (ROOT / "foundry.toml").read_text()
        settings = re.sub(
            r"fs_permissions = .*",
            'fs_permissions = [{ access = "read", path = "./" }]\ndynamic_test_linking = true',
            settings,
        )
        (self.directory / "foundry.toml").write_text(settings.replace(".ballast/forge/", "out/"))
        built = self._forge("build", "--quiet", limit_s=BUILD_LIMIT_S)
        if built.returncode != 0:
            raise WorkspaceBroken(built.stdout[-2_000:] + built.stderr[-2_000:])

    def _answer_version_at_once(self) -> None:
        """Forge asks its compiler for the version before each run; loading it takes a second."""
        solc = self.directory / "contracts" / "tools" / "solc"
        told = subprocess.run(
            [str(ROOT / "contracts" / "tools" / "solc"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        real = solc.rename(solc.with_name("solc-that-compiles"))
        solc.write_text(
            f"#!/bin/sh\ncase $1 in --version) cat <<'END'\n{told}END\n;;"
            f' *) exec "{real}" "$@" ;; esac\n'
        )
        solc.chmod(0o755)

    @contextmanager
    def with_bytecode(self, contract: str, machine: Mapping[str, Any]) -> Iterator[None]:
        """Let tests deploy other bytecode under a contract's name."""
        path = next(self.directory.glob(f"{ARTIFACTS}/{contract}.sol/{contract}.json"))
        artifact = json.loads(path.read_text())
        for part in ("bytecode", "deployedBytecode"):
            artifact[part]["object"] = "0x" + machine[part]["object"]
            artifact[part]["linkReferences"] = machine[part]["linkReferences"]
        path.rename(path.with_suffix(KEPT))
        path.write_text(json.dumps(artifact))
        try:
            yield
        finally:
            self._restore()

    def _restore(self) -> None:
        """Put the contracts' own artifacts back, also those that a killed run left replaced."""
        for kept in self.directory.glob(f"{ARTIFACTS}/*/*{KEPT}"):
            kept.rename(kept.with_suffix(".json"))

    def passes(self, tests: str) -> bool:
        """Run the tests of a glob until the first that fails."""
        try:
            done = self._forge("test", "--match-path", tests, "--fail-fast")
        except subprocess.TimeoutExpired:
            # A loop that no longer ends is noticed too.
            return False
        if "Suite result" not in done.stdout:
            raise WorkspaceBroken(f"No test of {tests} ran. Is the workspace still there?")
        return done.returncode == 0

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
