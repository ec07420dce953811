"""The chain no longer holds what we have read: back to the last common block, and on from there."""

import logging
from collections.abc import Sequence

from contracts.client import Chain
from settlement.errors import ReorganisationFound
from settlement.locks import Singleton, singleton
from settlement.models import Batch, BatchStatus, Block, Cursor, EventLog, Incident, IncidentKind
from settlement.services.confirming import NO_BLOCK
from settlement.services.reading.fetching import check_witnesses
from settlement.services.reading.rebuilding import rebuild
from settlement.services.reading.storing import READER

logger = logging.getLogger(__name__)
# Blocks are compared in runs; each longer than the one before, so that a deep search ends soon.
FIRST_RUN = 16
_MINED = (BatchStatus.MINED, BatchStatus.FINAL, BatchStatus.REVERTED)


def rewind(chain: Chain, cursor: Cursor, witnesses: Sequence[Chain] = ()) -> bool:
    """Take back what stands in orphaned blocks; False when another reader did or none is orphaned.

    Batches of orphaned blocks are in flight again, with the same bytes and operation ids; their
    events stay in the log, marked; projections are rebuilt from the events that still hold.
    """
    common = common_block(chain, cursor.block_number)
    if common.number == cursor.block_number:
        return False
    replaced = chain.block(common.number + 1)
    if replaced is not None:
        check_witnesses(replaced, witnesses)
    with singleton(Singleton.READ) as alone:
        here = Cursor.objects.select_for_update().filter(name=READER).first()
        if not alone or here is None or here.block_hash != cursor.block_hash:
            return False
        _take_back(common, depth=cursor.block_number - common.number)
    return True


def common_block(chain: Chain, newest: int) -> Block:
    """Return the newest stored block that the chain still has, or raise when there is none."""
    run, below = FIRST_RUN, newest + 1
    while stored := list(Block.objects.filter(number__lt=below).order_by("-number")[:run]):
        seen = chain.blocks([block.number for block in stored])
        for block, now in zip(stored, seen, strict=True):
            if now is not None and now.hash == block.hash:
                return block
        run, below = run * 2, stored[-1].number
    raise ReorganisationFound(
        "The node has none of the blocks that were read: it is on another chain. Check RPC_URL, "
        "or start over with RESET=1."
    )


def _take_back(common: Block, *, depth: int) -> None:
    orphaned = EventLog.objects.filter(block_number__gt=common.number, orphaned=False)
    events = orphaned.update(orphaned=True)
    Block.objects.filter(number__gt=common.number).delete()
    batches = Batch.objects.filter(block_number__gt=common.number, status__in=_MINED).update(
        status=BatchStatus.SENT, final_at=None, **NO_BLOCK
    )
    Cursor.objects.filter(name=READER).update(
        block_number=common.number, block_hash=common.hash, block_time=common.timestamp
    )
    rebuild()
    told = (
        f"The chain replaced its last {depth} blocks that were taken for final, from block "
        f"{common.number + 1} on: {events} events were taken back, {batches} transactions are "
        "in flight again, and reading goes on. Raise CHAIN_CONFIRMATIONS if this recurs."
    )
    Incident.objects.create(
        kind=IncidentKind.DEEP_REORGANISATION, block_number=common.number + 1, sentence=told
    )
    logger.error(told)
