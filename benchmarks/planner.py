"""How long planning takes, and how far its schedule is from what no schedule can beat."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.report import table
from benchmarks.workloads import workload
from settlement.domain.kinds import WORDS
from settlement.domain.packing import Limits, Waiting, pack
from settlement.domain.planner import Schedule, Task, bound_gas, schedule

COUNT = 10_000
LANES = 16
HOT_PERCENTS = (0, 20, 50)
RUNS = 5
SEED = 11
PACK_LIMITS = Limits(gas=15_000_000, words=400)


@dataclass(frozen=True, slots=True)
class Level:
    """The figures of one share of hot keys; the best of several runs, as others run beside us."""

    hot_percent: int
    seconds: float
    over_bound: float
    ideal_speedup: float
    total_gas: int


def measure(*, count: int = COUNT, lanes: int = LANES, runs: int = RUNS) -> list[Level]:
    """Plan the same tasks several times for each share of hot keys."""
    return [_level(hot, count, lanes, runs) for hot in HOT_PERCENTS]


def _level(hot_percent: int, count: int, lanes: int, runs: int) -> Level:
    tasks = workload(count=count, hot_percent=hot_percent, seed=SEED)
    best, made = min((_timed(tasks, lanes) for _ in range(runs)), key=lambda each: each[0])
    total = sum(task.gas for task in tasks)
    return Level(
        hot_percent=hot_percent,
        seconds=best,
        over_bound=made.makespan / bound_gas(tasks, made.graph, lanes=lanes),
        ideal_speedup=total / made.graph.critical_path_gas,
        total_gas=total,
    )


def _timed(tasks: list[Task], lanes: int) -> tuple[float, Schedule]:
    begun = time.perf_counter()
    made = schedule(tasks, lanes=lanes)
    return time.perf_counter() - begun, made


def packing_seconds(*, count: int = COUNT, runs: int = RUNS) -> float:
    """Return the time in which one lane's operations are packed into batches, best of several."""
    kind = next(iter(WORDS))
    waiting = [Waiting(number, kind, number % 4_000, 5) for number in range(1, count + 1)]
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        pack(waiting, limits=PACK_LIMITS, most=count)
        times.append(time.perf_counter() - begun)
    return min(times)


def bench_planner(say: Callable[[str], None]) -> dict[str, float]:
    """Print the figures of each share of hot keys; return the worst."""
    say(f"Planning {COUNT:,} operations on {LANES} lanes, {RUNS} times for each share of hot keys.")
    levels = measure()
    packing_s = packing_seconds()
    for line in planner_table(levels):
        say(line)
    say(f"Packing {COUNT:,} words of one lane into batches: {packing_s * 1e3:.1f} ms.")
    # The engine packs words and schedules transactions; here every operation passes through both.
    slowest = packing_s + max(level.seconds for level in levels)
    say(
        f"Ceiling of the planner: operations ÷ seconds of both = {COUNT:,} ÷ {slowest:.4f} s = "
        f"{COUNT / slowest:,.0f} operations/s for each process that plans, at "
        f"{levels[0].total_gas // COUNT:,} gas an operation."
    )
    return {
        "seconds_10k": round(slowest, 4),
        "makespan_over_bound": round(max(level.over_bound for level in levels), 5),
    }


def planner_table(levels: list[Level]) -> list[str]:
    """Return one line for each share of hot keys."""
    rows = [("hot keys", "seconds", "makespan ÷ bound", "ideal speed-up", "gas per operation")]
    rows += [
        (
            f"{level.hot_percent} %",
            f"{level.seconds:.4f}",
            f"{level.over_bound:.5f}",
            f"{level.ideal_speedup:.1f}",
            f"{level.total_gas // COUNT:,}",
        )
        for level in levels
    ]
    note = (
        "Bound: the heavier of the critical path and all gas ÷ lanes. Targets: 0.1 s, ratio 1.02."
    )
    return [*table(rows), note]
