"""The bench of telemetry, in a small world: it measures what it stored, and leaves nothing."""

import json
import os
import subprocess
import sys

from config.paths import POSTGRES_DATA_DIR, ROOT

SMALL = """
import django
django.setup()
from django.core.management import call_command
from benchmarks import telemetry
telemetry.DEVICES, telemetry.MESSAGES_OF_A_DEVICE, telemetry.RUNS, telemetry.BULK = 6, 4, 2, 5
call_command("bench", "telemetry", "--json")
"""


def test_the_bench_measures_what_it_stored_and_removes_its_database():
    bench = subprocess.Popen(
        [sys.executable, "-c", SMALL],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    out, errors = bench.communicate()

    assert bench.returncode == 0, errors
    figures = json.loads(out.splitlines()[-1])
    assert figures["messages"] == 2 * 6 * 4
    assert figures["messages_per_s"] > 0
    assert not POSTGRES_DATA_DIR.with_name(f"bench-postgres-{bench.pid}").exists()
