#!/usr/bin/env python3
"""Run the real forge, whose exit code can be trusted: npm's wrapper of it ends with 0 on failure.

Arguments are forge's own. `test` ends with a failure also when no test was found.
"""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The gate fuzzes the same cases each time; the deep run takes others.
GATE_SEED = "0xba11a57"
TESTS_RUN = re.compile(r"(\d+) tests passed, (\d+) failed")


def forge() -> Path:
    """Return the path of the real forge for this machine."""
    system = "darwin" if sys.platform == "darwin" else "linux"
    machine = "arm64" if platform.machine() in ("arm64", "aarch64") else "amd64"
    return ROOT / f"node_modules/@foundry-rs/forge-{system}-{machine}/bin/forge"


def main(arguments: list[str]) -> int:
    """Run forge, showing its output as it comes, and return the exit code."""
    passed = 0
    profile = "test" if arguments[:1] == ["test"] else "default"
    environment = {"FOUNDRY_PROFILE": profile, "FOUNDRY_FUZZ_SEED": GATE_SEED, **os.environ}
    with subprocess.Popen(
        [str(forge()), *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    ) as run:
        for line in run.stdout or ():
            print(line, end="", flush=True)
            if found := TESTS_RUN.search(line):
                passed = int(found.group(1))
    if arguments[:1] == ["test"] and run.returncode == 0 and passed == 0:
        print("forge ran no test: none was found in contracts/test.", file=sys.stderr)
        return 1
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
