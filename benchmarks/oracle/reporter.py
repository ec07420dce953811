"""The measured process: one reporter, from observations in the database to a proof in hand."""

import json
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

import numpy as np  # noqa: E402
import psutil  # noqa: E402
from django.db import connection  # noqa: E402

from collateral.domain.large_merkle import LargeMerkleTree  # noqa: E402
from oracles.domain.bulk.leaves import leaf_hashes, leaf_tree  # noqa: E402
from oracles.domain.bulk.values import fill  # noqa: E402
from oracles.domain.columns import LEAF, empty_values, id_number  # noqa: E402
from oracles.domain.leaf import Domain  # noqa: E402
from oracles.domain.snapshot import snapshot_of  # noqa: E402
from oracles.selectors.proofs import value_tree  # noqa: E402
from oracles.services.recording import store_values  # noqa: E402
from oracles.services.rounds import commit_round  # noqa: E402
from settlement.selectors import chain_time  # noqa: E402

_NOWHERE = Domain(chain_id=1, oracle="0x" + "00" * 20, number=1)
_TIMES = 5


def main() -> None:
    """Measure, and print the figures as one line of JSON."""
    loading = _timed(_load_kernels)
    database = psutil.Process(_backend()).parent()
    cpu_before = _cpu_s(psutil.Process()), _sessions_cpu_s(database)
    started = time.perf_counter()
    opened, subjects, result = commit_round(observed_at=chain_time())
    committed = time.perf_counter()
    assert subjects is not None and result is not None
    tree = value_tree(opened.content_hash, opened.root)
    tree.proof(id_number(result.values.asset_id[0]))
    seconds = time.perf_counter() - started
    cpu_after = _cpu_s(psutil.Process()), _sessions_cpu_s(database)
    peak_mb = max(_peak_mb(one) for one in ("self", *(str(one.pid) for one in database.children())))
    hashes = leaf_hashes(result.values.leaf_rows(), result.domain)
    figures = {
        "assets": result.count,
        "seconds": round(seconds, 3),
        "committed_s": round(committed - started, 3),
        "peak_rss_mb": peak_mb,
        "merkle_seconds": statistics.median(
            _timed(lambda: LargeMerkleTree(hashes)) for _ in range(_TIMES)
        ),
        "cpu_s": round(cpu_after[0] - cpu_before[0], 1),
        "database_cpu_s": round(cpu_after[1] - cpu_before[1], 1),
        "kernels_s": loading,
        "rows_s": _timed(
            lambda: store_values(opened, result.values, rows=subjects.rows, tokens=subjects.tokens)
        ),
    }
    print(json.dumps(figures))


def _load_kernels() -> None:
    """Load the compiled code, as any process does once; the first on a machine compiles it."""
    nothing = snapshot_of([], domain=_NOWHERE, observed_at=0, model_set_hash="")
    fill(empty_values(nothing.inputs), nothing)
    leaf_tree(np.zeros(2, LEAF), _NOWHERE)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return round(time.perf_counter() - started, 4)


def _cpu_s(process: psutil.Process) -> float:
    """Return the processor time that a process has had: on a busy machine the clock says more."""
    times = process.cpu_times()
    return times.user + times.system


def _sessions_cpu_s(database: psutil.Process) -> float:
    """Return the processor time of all of a database's processes; sessions stay in their pool."""
    return sum(_cpu_s(one) for one in database.children())


def _backend() -> int:
    """Return the process of the database that serves this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _peak_mb(process: str) -> int:
    """Return the most memory that a process has had, where the system tells."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    line = next((one for one in status.splitlines() if one.startswith("VmHWM")), "VmHWM 0")
    return int(line.split()[1]) >> 10


if __name__ == "__main__":
    main()
