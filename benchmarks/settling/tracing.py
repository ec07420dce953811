"""How much of what the engine sent could have run at the same time, by traces of the node."""

from collections import defaultdict

from benchmarks.settling.engine import drive
from benchmarks.settling.servers import Workers
from benchmarks.settling.world import LANES, World
from contracts.access import access_sets, ideal_speedup
from contracts.domain.words import MAX_WORDS
from settlement.models import Batch, BatchStatus

BATCHES_PER_LANE = 2
OPERATIONS = LANES * BATCHES_PER_LANE * MAX_WORDS


def traced_speedup(world: World, workers: Workers, *, hot_percent: int) -> float:
    """Return the ideal speed-up of batches that the engine made of one load, over 16 lanes."""
    before = Batch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    drive(world, workers, OPERATIONS, hot_percent=hot_percent)
    rows = Batch.objects.filter(pk__gt=before, status=BatchStatus.FINAL)
    by_lane: dict[int, list[str]] = defaultdict(list)
    for lane, tx_hash in rows.order_by("block_number", "nonce").values_list("lane", "tx_hash"):
        by_lane[lane].append(tx_hash)
    hashes = [tx_hash for mine in by_lane.values() for tx_hash in mine]
    return ideal_speedup(access_sets(world.chain, hashes)).ratio_hundredths / 100
