"""A canary: the gate that runs Foundry's tests really fails when one of them fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.paths import ROOT

CANARY = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Canary {{
    function test_one_and_one() external pure {{
        assert(1 + 1 == {sum});
    }}
}}
"""


def gate(directory: Path, source: str) -> int:
    """Run the gate on a project of one test, and return its exit code."""
    tests = directory / "contracts" / "test"
    tests.mkdir(parents=True)
    (directory / "contracts" / "src").mkdir()
    (directory / "foundry.toml").write_text(
        '[profile.default]\nsrc = "contracts/src"\ntest = "contracts/test"\n'
        f'solc = "{ROOT}/contracts/tools/solc"\n'
    )
    if source:
        (tests / "Canary.t.sol").write_text(source)
    command = [sys.executable, str(ROOT / "scripts/forge.py"), "test", "--root", str(directory)]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    ("source", "passes"),
    [(CANARY.format(sum=2), True), (CANARY.format(sum=3), False), ("", False)],
    ids=["a passing test", "a failing test", "no test at all"],
)
def test_the_gate_tells_failure_from_success(tmp_path: Path, source: str, passes: bool) -> None:
    code = gate(tmp_path, source)

    assert (code == 0) is passes
