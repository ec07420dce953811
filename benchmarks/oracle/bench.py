"""`manage.py bench oracle`: the round of a million assets, measured on servers of its own."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from benchmarks.errors import BenchFailed
from benchmarks.node import own_chain
from benchmarks.oracle.chain import OracleOnChain
from benchmarks.oracle.database import fill, own_database
from benchmarks.oracle.serving import bulk_proofs_per_second, proofs_per_second, web_server
from benchmarks.report import table
from config.paths import ROOT

ASSETS = 1_000_000
_ASKED_FOR = 40_000
Say = Callable[[str], None]
# Key, words, target, stretch, and whether more is better.
_TARGETS = (
    ("seconds", "Observations → proofs servable, s", 20, 8, False),
    ("peak_rss_mb", "Peak memory of a process, MiB", 2_048, 2_048, False),
    ("merkle_seconds", "Merkle tree, s", 0.5, 0.1, False),
    ("values_per_s", "Values committed per second", 50_000, 125_000, True),
    ("publish_gas", "Gas of the round", 62_500, 61_000, False),
    ("proofs_per_s", "Proofs over HTTP per second", 1_000, 1_000, True),
)


def bench_oracle(say: Say, *, assets: int = ASSETS) -> Mapping[str, Any]:
    """Measure a round of so many assets; everything that it starts is gone at the end."""
    with (
        TemporaryDirectory(prefix="ballast-bench-") as directory,
        own_database() as database,
        own_chain() as rpc,
    ):
        record = Path(directory) / "deployment.json"
        environment = {
            "DJANGO_SETTINGS_MODULE": "benchmarks.oracle.settings",
            "BENCH_DEPLOYMENT": str(record),
            "DATABASE_URL": database,
            "REDIS_URL": "redis://127.0.0.1:9",
            "RPC_URL": rpc,
            "PYTHONWARNINGS": "ignore",
        }
        say(f"A database of {assets:,} assets, three sources for each …")
        _run(environment, "manage.py", "migrate", "--verbosity", "0")
        oracle = OracleOnChain(rpc, record)
        now = oracle.begin(database)
        fill(database, assets=assets, now=now)
        say("One reporter: observations → values, tree, root, proofs …")
        figures = json.loads(_run(environment, "-m", "benchmarks.oracle.reporter"))
        say(f"{oracle.threshold} reporters recompute it and sign, each in its own process …")
        for number in range(oracle.threshold):
            _run(environment, "manage.py", "report", "--reporter", str(number), "--once")
        figures["publish_gas"] = oracle.publish_open(database)
        say("Proofs over HTTP …")
        ids = _some_ids(database)
        with web_server(environment) as port:
            figures["proofs_per_s"] = round(proofs_per_second(port, ids))
            figures["bulk_proofs_per_s"] = round(bulk_proofs_per_second(port, ids))
    return _told(figures, say)


def _run(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a process of ours to its end; return the last line that it wrote."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or [""]
    if done.returncode:
        raise BenchFailed(f"`{' '.join(arguments)}` failed: {lines[-1]}")
    return lines[-1]


def _some_ids(database: str) -> list[int]:
    """Return ids from all over the registry, in no order, so that nothing is near the last."""
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT token_id FROM collateral_asset WHERE id %% greatest(1, (SELECT count(*) FROM "
            "collateral_asset) / %s) = 0",
            [_ASKED_FOR],
        ).fetchall()
    ids = [int(row[0]) for row in rows]
    random.Random(0).shuffle(ids)
    return ids


def _told(figures: dict[str, Any], say: Say) -> Mapping[str, Any]:
    """Print the table; return the figures that the JSON line promises."""
    shown = figures | {"values_per_s": round(figures["assets"] / figures["seconds"])}
    rows = [("figure", "target", "stretch", "measured", "")]
    for key, words, target, stretch, more in _TARGETS:
        measured = shown[key]
        met, far = [(measured >= one) if more else (measured <= one) for one in (target, stretch)]
        verdict = "met, the stretch too" if far else "met" if met else "missed"
        rows.append((words, f"{target:,}", f"{stretch:,}", f"{measured:,}", verdict))
    for line in table(rows):
        say(line)
    say(
        f"The reporter had {shown['cpu_s']} s of a processor in that time, its database "
        f"{shown['database_cpu_s']} s."
    )
    say(
        f"Beside it: round signed-for after {shown['committed_s']} s; rows for pages in another "
        f"{shown['rows_s']} s; {shown['bulk_proofs_per_s']:,} proofs per second in requests for "
        f"500; compiled code loaded in {shown['kernels_s']} s, before the clock starts."
    )
    keys = ("assets", "seconds", "peak_rss_mb", "merkle_seconds", "publish_gas", "proofs_per_s")
    return {key: figures[key] for key in keys}
