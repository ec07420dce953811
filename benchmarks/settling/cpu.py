"""Where the processor's time goes: by part, so that it can be told on a busy machine too."""

import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import psutil

from benchmarks.settling.servers import Workers

# Servers by the name of their programs; they are children of the process that started the bench.
SERVERS = {"postgres": "PostgreSQL", "redis-server": "Redis", "anvil": "node"}
FEEDER = "feeding"


def cpu_s_by_part(workers: Workers) -> Counter[str]:
    """Return the processor seconds that each part has used so far, ended children included."""
    used: Counter[str] = Counter({FEEDER: _of(psutil.Process())})
    for process in psutil.Process(os.getppid()).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if part := SERVERS.get(process.name()):
                used[part] += _of(process)
    for part, processes in workers.processes_by_part().items():
        used[part] += sum(map(_of, processes))
    return used


def us_per_operation(
    before: Mapping[str, float], after: Mapping[str, float], operations: int
) -> dict[str, float]:
    """Return the microseconds of each part for one operation, the dearest part first."""
    spent = {part: after[part] - before.get(part, 0.0) for part in after}
    # What was started anew between the two has used less than what was killed.
    costs = {part: max(seconds, 0.0) * 1e6 / operations for part, seconds in spent.items()}
    return dict(sorted(costs.items(), key=lambda each: -each[1]))


def _of(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:4])
    return 0.0
