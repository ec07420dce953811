"""What a worker loads before it can work: what it does not need keeps it from coming back soon."""

import os
import subprocess
import sys

from config.paths import ROOT

STARTED = """
import sys
from config.celery import app
app.loader.import_default_modules()
app.finalize()
named = {name.split(".")[0] for name in sys.modules}
print(*sorted(named & set(sys.argv[1].split(","))))
print(*sorted(name for name in app.tasks if not name.startswith("celery.")))
"""
HEAVY = (
    "web3,eth_account,aiohttp,pypdf,shapely,h3,PIL,numba,sklearn,matplotlib,requests,portal.views"
)


def started(**environment):
    done = subprocess.run(
        [sys.executable, "-c", STARTED, HEAVY],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split() for line in done.stdout.split("\n")[:2]]


def test_what_sends_and_follows_loads_its_own_tasks_and_no_heavy_library():
    heavy, tasks = started(WORKER_APPS="settlement")

    assert heavy == []
    assert tasks
    assert {name.split(".")[0] for name in tasks} == {"settlement"}


def test_a_worker_that_names_no_apps_has_the_tasks_of_all():
    _, tasks = started(WORKER_APPS="")

    assert {"settlement", "collateral", "oracles", "lending", "portal"} <= {
        name.split(".")[0] for name in tasks
    }
