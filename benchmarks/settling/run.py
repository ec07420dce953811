"""What `bench settlement` measures, in its order, all on one chain and one database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command

from benchmarks.catchup import Catchup, measure
from benchmarks.settling.engine import Run, disturbed, drain, drive, drive_parcels, recover
from benchmarks.settling.mining import mining
from benchmarks.settling.report import settlement_tables
from benchmarks.settling.rivals import Limit, Rate, naive
from benchmarks.settling.servers import Workers
from benchmarks.settling.tracing import traced_speedup
from benchmarks.settling.world import LANES, World, build
from contracts.domain.words import MAX_WORDS
from settlement.domain.profiles import PROFILES

Say = Callable[[str], None]
LOCAL_INTERVAL_S = 1.0
HIGH_BLOCK_GAS = 30_000_000_000
MONAD_SHARE = 4
SINGLE_SHARE = 4
WARM_UP = 6_400
# A full batch for each lane. Where blocks are small the last ones are full too: a transaction that
# still fits into a block when its predecessor does not is dropped by anvil (and by no real node).
WHOLE = LANES * MAX_WORDS
RECOVERY_OPERATIONS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is settled, on how many loans, and what goes wrong meanwhile."""

    operations: int = 2_000_000
    queue: int = 1_000_000
    loans_per_lane: int = 1_000
    chaos: bool = False
    wipe_redis: bool = False


@dataclass(slots=True)
class Figures:
    """What was measured; a run that was not asked for is None."""

    naive: Rate
    limit: Rate
    engine: Run
    single: Run
    speedup: float
    speedup_hot: float
    recovery_s: float
    queue: Run | None
    monad_limit: Rate
    monad: Run
    duplicates: int = 0
    lost: int = 0
    catchup: Catchup | None = None


def bench_settlement(say: Say, size: Size) -> dict[str, Any]:
    """Print the tables and return the figures."""
    call_command("migrate", interactive=False, verbosity=0)
    say(f"Opening and prefunding {size.loans_per_lane:,} loans in each of 16 lanes.")
    world = build(size.loans_per_lane)
    opened = world.chain.head().number
    figures = _measure(say, world, size)
    say("Comparing every loan on the chain with what was asked for.")
    figures.duplicates, figures.lost = world.differences()
    say("Reading all events of this chain anew, as a reader does that starts from nothing.")
    figures.catchup = measure(chain=world.chain, opened=opened)
    for line in settlement_tables(figures):
        say(line)
    return as_json(figures)


def _measure(say: Say, world: World, size: Size) -> Figures:
    say("The naive way: one web3.py transaction for each operation.")
    slow = naive(world)
    limits = Limit(world)
    local, monad = PROFILES["local"].with_blocks(HIGH_BLOCK_GAS), PROFILES["monad"]
    say(f"The chain's own limit: {size.operations:,} operations, signed beforehand.")
    limit = limits.measure(local, operations=size.operations, interval_s=LOCAL_INTERVAL_S)
    workers = Workers()
    workers.start()
    try:
        with mining(local.block_gas, LOCAL_INTERVAL_S):
            drive(world, workers, WARM_UP)
            say(f"The engine: {size.operations:,} operations.")
            with disturbed(workers, chaos=size.chaos, wipe_redis=size.wipe_redis) as done:
                engine = drive_parcels(world, workers, size.operations)
                say("The same, each operation accepted by itself.")
                single = drive(world, workers, size.operations // SINGLE_SHARE)
            if done:
                killed, wiped = done["killed"], done["wiped"]
                say(f"Meanwhile {killed} workers were killed, and Redis was wiped {wiped} times.")
            say("Traces of what it sent, then every process of ours is killed under load.")
            speedup = traced_speedup(world, workers, hot_percent=0)
            hot = traced_speedup(world, workers, hot_percent=20)
            recovery_s = recover(world, workers, min(size.operations, RECOVERY_OPERATIONS))
            queue = _queue(say, world, workers, size)
        workers.stop()
        say("The same in blocks of 150 M gas each 0.4 s.")
        part = max(size.operations // MONAD_SHARE // WHOLE, 1) * WHOLE
        monad_limit = limits.measure(monad, operations=part, interval_s=0.4)
        workers = Workers("monad")
        workers.start()
        with mining(monad.block_gas, 0.4):
            drive(world, workers, WARM_UP)
            small = drive_parcels(world, workers, part)
    finally:
        workers.stop()
    return Figures(slow, limit, engine, single, speedup, hot, recovery_s, queue, monad_limit, small)


def _queue(say: Say, world: World, workers: Workers, size: Size) -> Run | None:
    if not size.queue:
        return None
    say(f"A queue of {size.queue:,} operations.")
    workers.stop()
    return drain(world, workers, size.queue)


def as_json(figures: Figures) -> dict[str, Any]:
    """Return the figures by their published keys."""
    engine, limit = figures.engine, figures.limit
    monad, monad_limit = figures.monad, figures.monad_limit
    return {
        "settled_ops_per_s": round(engine.per_s),
        "settled_singly_ops_per_s": round(figures.single.per_s),
        "chain_limit_ops_per_s": round(limit.per_s),
        "share_of_chain_limit": round(engine.per_s / limit.per_s, 3),
        "naive_ops_per_s": round(figures.naive.per_s, 1),
        "times_naive": round(engine.per_s / figures.naive.per_s),
        "gas_per_op": engine.gas_per_operation,
        "traced_speedup_16": figures.speedup,
        "traced_speedup_16_hot": figures.speedup_hot,
        "block_fill": round(engine.block_fill, 4),
        "duplicates": figures.duplicates,
        "lost": figures.lost,
        "recovery_seconds": round(figures.recovery_s, 2),
        "queue_ops_per_s": round(figures.queue.per_s) if figures.queue else None,
        "peak_memory_mib": _peak(figures) >> 20,
        "catchup_events_per_s": round(figures.catchup.events_per_s) if figures.catchup else None,
        "catchup_words_per_s": round(figures.catchup.words_per_s) if figures.catchup else None,
        "monad": {
            "settled_ops_per_s": round(monad.per_s),
            "chain_limit_ops_per_s": round(monad_limit.per_s),
            "share_of_chain_limit": round(monad.per_s / monad_limit.per_s, 3),
            "gas_per_op": monad.gas_per_operation,
            "block_fill": round(monad.block_fill, 4),
        },
    }


def _peak(figures: Figures) -> int:
    runs = [figures.engine, figures.single, figures.queue, figures.monad]
    return max(run.peak_bytes for run in runs if run is not None)
