"""The engine under load: fed through intake, watched through its tables, killed and revived."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice

import psutil
import redis
from django.conf import settings
from django.db import connection
from django.db.models import Max, Sum

from benchmarks.errors import BenchFailed
from benchmarks.settling.cpu import cpu_s_by_part, us_per_operation
from benchmarks.settling.servers import Workers
from benchmarks.settling.world import LANES, World
from contracts.domain.words import MAX_WORDS
from settlement.models import Batch, BatchStatus
from settlement.services import NewOperation, NewParcel, intake, intake_parcels

# A full batch for each lane, and a parcel for each.
FED_TOGETHER = LANES * MAX_WORDS
PARCELS_TOGETHER = LANES
POLL_S = 0.1
PATIENCE_S = 600
# The first of each kind; a short run is disturbed too.
FIRST_AFTER_S = 0.5
WIPE_EVERY_S = 1.5
# Longer than a lease: a key whose holder was killed must be able to change hands in between.
CHAOS_EVERY_S = 5.0
SEED = 5
STAGES = ("first claim", "last broadcast", "claim to broadcast", "to receipt", "to finality")
_STAGES = """
    SELECT extract(epoch FROM min(claimed_at)) - %s, extract(epoch FROM max(sent_at)) - %s,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM sent_at - claimed_at)),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM mined_at - sent_at)),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM final_at - mined_at))
    FROM settlement_batch WHERE id > %s AND status = 'final'
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One load from the first acceptance to the last finality."""

    operations: int
    seconds: float
    gas_used: int
    gas_limit: int
    failed: int
    peak_bytes: int
    cpu_us: dict[str, float] = field(default_factory=dict)
    """Microseconds of processor for one operation, by part."""
    stages_s: dict[str, float] = field(default_factory=dict)
    """Seconds that half of the batches took at most from one state to the next."""

    @property
    def per_s(self) -> float:
        return self.operations / self.seconds

    @property
    def gas_per_operation(self) -> int:
        return self.gas_used // max(self.operations, 1)

    @property
    def block_fill(self) -> float:
        return self.gas_used / self.gas_limit if self.gas_limit else 0.0


def feed(operations: Iterable[NewOperation]) -> int:
    """Hand operations to intake, many at a time; return how many it took."""
    source, accepted = iter(operations), 0
    while some := list(islice(source, FED_TOGETHER)):
        outcome = intake(operations=some)
        if outcome.refused:
            raise BenchFailed(f"Intake refused an operation: {outcome.refused[0].message}")
        accepted += outcome.accepted
    return accepted


def feed_parcels(parcels: Iterable[NewParcel]) -> int:
    """Hand parcels to intake, one for each lane at a time; return how many operations it took."""
    source, accepted = iter(parcels), 0
    while some := list(islice(source, PARCELS_TOGETHER)):
        outcome = intake_parcels(parcels=some)
        if outcome.refused:
            raise BenchFailed(f"Intake refused a parcel: {outcome.refused[0].message}")
        accepted += outcome.accepted
    return accepted


def drive(world: World, workers: Workers, count: int, *, hot_percent: int = 0) -> Run:
    """Feed so many operations one by one while the engine runs, and wait until all are final."""
    # The load is made before the clock runs, as the batches of the chain's limit are.
    operations = list(world.collections(count, hot_percent=hot_percent))
    return _driven(lambda: feed(operations), workers, count)


def drive_parcels(world: World, workers: Workers, count: int) -> Run:
    """Feed so many operations in parcels while the engine runs, and wait until all are final."""
    parcels = list(world.parcels(count))
    return _driven(lambda: feed_parcels(parcels), workers, count)


def _driven(feeding: Callable[[], object], workers: Workers, count: int) -> Run:
    before = cpu_s_by_part(workers)
    first_batch = _newest_batch()
    begun = _database_time()
    feeding()
    settled = _await_final(first_batch, count)
    return _run(first_batch, settled, begun, workers, before)


def drain(world: World, workers: Workers, count: int) -> Run:
    """Queue so many operations before the engine is started, and wait until all are final."""
    first_batch = _newest_batch()
    feed_parcels(world.parcels(count))
    before = cpu_s_by_part(workers)
    begun = _database_time()
    workers.start()
    settled = _await_final(first_batch, count)
    return _run(first_batch, settled, begun, workers, before)


def recover(world: World, workers: Workers, count: int) -> float:
    """Kill every process of ours under load, start them, and return when they sent again."""
    first_batch = _newest_batch()
    feed_parcels(world.parcels(count))
    _await(lambda: _sent(first_batch) > 0, "Nothing was sent before the kill.")
    begun = _database_time()
    workers.kill()
    killed = _database_time()
    workers.start()
    _await(lambda: _sent_after(killed), "Nothing was sent after the kill.")
    _await_final(first_batch, count)
    return _first_sent_after(killed) - begun


@contextmanager
def disturbed(workers: Workers, *, chaos: bool, wipe_redis: bool) -> Iterator[Counter[str]]:
    """Kill processes of the workers at random, or empty the broker, while the block runs.

    Yields how often each was done so far.
    """
    over, done = threading.Event(), Counter[str]()
    threads = [threading.Thread(target=_chaos, args=(workers, over, done))] if chaos else []
    threads += [threading.Thread(target=_wipe, args=(over, done))] if wipe_redis else []
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _chaos(workers: Workers, over: threading.Event, done: Counter[str]) -> None:
    rng, wait_s = random.Random(SEED), FIRST_AFTER_S
    while not over.wait(wait_s):
        workers.kill_one(rng.randrange(1 << 16))
        done["killed"] += 1
        wait_s = CHAOS_EVERY_S * rng.uniform(0.5, 1.5)


def _wipe(over: threading.Event, done: Counter[str]) -> None:
    url, wait_s = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://"), FIRST_AFTER_S
    while not over.wait(wait_s):
        with redis.Redis.from_url(url) as client:
            client.flushall()
        done["wiped"] += 1
        wait_s = WIPE_EVERY_S


def _run(
    first_batch: int, settled: int, begun: float, workers: Workers, before: Counter[str]
) -> Run:
    rows = Batch.objects.filter(pk__gt=first_batch, status=BatchStatus.FINAL)
    sums = rows.aggregate(
        end=Max("final_at"), used=Sum("gas_used"), limit=Sum("gas_limit"), failed=Sum("failed")
    )
    return Run(
        operations=settled,
        seconds=sums["end"].timestamp() - begun,
        gas_used=sums["used"],
        gas_limit=sums["limit"],
        failed=sums["failed"],
        peak_bytes=peak_bytes(workers),
        cpu_us=us_per_operation(before, cpu_s_by_part(workers), settled),
        stages_s=_stages(first_batch, begun),
    )


def _stages(first_batch: int, begun: float) -> dict[str, float]:
    """Return where batches spend their time, and when the first was claimed and the last sent."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGES, [begun, begun, first_batch])
        return dict(zip(STAGES, map(float, cursor.fetchone()), strict=True))


def _await_final(first_batch: int, count: int) -> int:
    """Wait until so many operations have a result in a final batch."""

    def settled() -> int:
        rows = Batch.objects.filter(pk__gt=first_batch, status=BatchStatus.FINAL)
        sums = rows.aggregate(applied=Sum("applied"), failed=Sum("failed"))
        return (sums["applied"] or 0) + (sums["failed"] or 0)

    _await(lambda: settled() >= count, f"Not all of {count} operations became final in time.")
    return settled()


def _await(reached: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        if time.monotonic() > deadline:
            raise BenchFailed(otherwise)
        time.sleep(POLL_S)


def _newest_batch() -> int:
    return Batch.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _sent(after: int) -> int:
    return Batch.objects.filter(pk__gt=after, sent_at__isnull=False).count()


def _sent_after(moment: float) -> bool:
    return _first_sent_after(moment) < float("inf")


def _first_sent_after(moment: float) -> float:
    """Return when the first new batch was sent after a moment, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM min(sent_at)) FROM settlement_batch "
            "WHERE sent_at > to_timestamp(%s)",
            [moment],
        )
        (found,) = cursor.fetchone()
    return float(found) if found is not None else float("inf")


def _database_time() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0])


def peak_bytes(workers: Workers) -> int:
    """Return the most memory that any process of ours has held so far."""
    return max(map(_peak_of, [psutil.Process(), *workers.processes()]))


def _peak_of(process: psutil.Process) -> int:
    with suppress(OSError, psutil.NoSuchProcess), open(f"/proc/{process.pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0
