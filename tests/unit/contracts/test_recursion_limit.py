"""One deeply nested body is refused, and does not end the process."""

import subprocess
import sys

DEEP = """
import json, sys
import contracts.client, contracts.wallet, contracts.typed_data
try:
    json.loads("[" * 2_000_000)
except RecursionError:
    print(sys.getrecursionlimit())
"""


def test_json_nested_two_million_deep_is_an_error_after_web3_is_imported():
    done = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip()) == (0, "1000"), done.stderr
