"""From broadcast to final: only a receipt says that a transaction happened, and how."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from contracts import events
from contracts.client import Chain
from contracts.errors import ChainError
from contracts.types import Block, Receipt
from settlement.domain.results import Tally, tally
from settlement.doorbell import ring
from settlement.failpoints import reached
from settlement.locks import Singleton, singleton
from settlement.models import IN_FLIGHT, Batch, BatchStatus, Cursor
from settlement.services import batching
from settlement.services.pumping import signers_to_ring

BLOCKS_PER_PASS = 20
# After a longer pause single receipts are asked for, not every block.
MOST_BEHIND = 100
LOOKED_UP = 500
LOOK_UP_AFTER_S = 5
SETTLED = ("LoanBook", "BatchSettled")
_RECORD = """
    UPDATE settlement_batch AS b SET status = 'mined', mined_at = now(), tx_hash = v.tx_hash,
        replaced_hashes = CASE WHEN b.tx_hash = v.tx_hash THEN b.replaced_hashes
            ELSE b.replaced_hashes - v.tx_hash || to_jsonb(b.tx_hash) END,
        block_number = v.block_number, block_hash = v.block_hash, gas_used = v.gas_used,
        error = v.error, results = v.results, applied = v.applied, failed = v.failed,
        skipped = v.skipped
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::text[],
        %s::bytea[], %s::int[], %s::int[], %s::int[])
        AS v (id, tx_hash, block_number, block_hash, gas_used, error, results, applied, failed,
        skipped)
    WHERE b.id = v.id AND b.status IN ('signed', 'sent')
"""
NO_BLOCK = {"block_number": None, "block_hash": None, "gas_used": None, "results": None}
NO_BLOCK |= {"applied": 0, "failed": 0, "skipped": 0, "error": "", "mined_at": None}


def confirm_batches(*, chain: Chain, confirmations: int = 1) -> int:
    """Record the receipts of what was broadcast, and what is final; return how many were found.

    Safe to repeat; one at a time. A block that was replaced gives its batches back.
    """
    with singleton(Singleton.CONFIRM) as alone:
        if not alone or not _anything_open():
            return 0
        head = chain.head()
        found = _matched(_new_receipts(chain, head))
        found |= _looked_up(chain, set(found))
        _record(chain, found)
        settle_finality(chain, head, confirmations)
        if found:
            reached("confirm.storing")
    if found:
        reached("confirm.stored")
    _ring_freed()
    return len(found)


def _anything_open() -> bool:
    return Batch.objects.filter(status__in=(*IN_FLIGHT, BatchStatus.MINED)).exists()


def settle_finality(chain: Chain, head: Block, confirmations: int) -> None:
    """Make final, or reverted, what lies deep enough; give back what lies in a replaced block."""
    mined = Batch.objects.filter(status=BatchStatus.MINED)
    places = mined.order_by("block_number").values_list("block_number", "block_hash").distinct()
    places = list(places)
    blocks = chain.blocks([number for number, _ in places])
    deep, gone = [], []
    for (number, block_hash), block in zip(places, blocks, strict=True):
        if block is None:
            # A node that is behind does not have it yet; that is no reason to take it back.
            continue
        if block.hash != block_hash:
            gone.append(block_hash)
        elif number <= head.number - confirmations:
            deep.append(block_hash)
    mined.filter(block_hash__in=gone).update(status=BatchStatus.SENT, **NO_BLOCK)
    _end(mined.filter(block_hash__in=deep))


def _end(deep: QuerySet[Batch]) -> None:
    reverted = list(deep.exclude(error=""))
    deep.filter(error="").update(status=BatchStatus.FINAL, final_at=Now())
    deep.exclude(error="").update(status=BatchStatus.REVERTED, final_at=Now())
    for batch in reverted:
        if batch.kind == batching.SETTLE:
            _plan_again(batch)


def _plan_again(batch: Batch) -> None:
    """Give the operations of a reverted batch another one, simulated first; ids stay."""
    again = batching.again(batch, key=f"{batch.client_key}#{batch.pk}")
    Batch.objects.bulk_create([again], ignore_conflicts=True)


def _new_receipts(chain: Chain, head: Block) -> list[Receipt]:
    """Return the receipts of the blocks since the last pass."""
    start = max(head.number - BLOCKS_PER_PASS, 0)
    cursor, _ = Cursor.objects.get_or_create(
        name=Cursor.RECEIPTS, defaults={"block_number": start, "block_hash": head.parent_hash}
    )
    first = cursor.block_number + 1
    if first > head.number + 1 or head.number - first > MOST_BEHIND:
        first = head.number
    last = min(head.number, first + BLOCKS_PER_PASS - 1)
    receipts = [each for number in range(first, last + 1) for each in chain.receipts(number)]
    Cursor.objects.filter(name=Cursor.RECEIPTS).update(
        block_number=last, block_hash=head.hash, head_number=head.number, updated_at=Now()
    )
    return receipts


def _matched(receipts: Sequence[Receipt]) -> dict[int, Receipt]:
    """Return the receipts that are of our batches in flight; any hash of a nonce may win."""
    by_hash = {receipt.tx_hash: receipt for receipt in receipts}
    flying = Batch.objects.filter(status__in=IN_FLIGHT)
    known = flying.filter(tx_hash__in=by_hash).values_list("pk", "tx_hash")
    found = {pk: by_hash[tx_hash] for pk, tx_hash in known}
    for pk, hashes in flying.exclude(replaced_hashes=[]).values_list("pk", "replaced_hashes"):
        won = [by_hash[tx_hash] for tx_hash in hashes if tx_hash in by_hash]
        found |= dict.fromkeys([pk], *won) if won else {}
    return found


def _looked_up(chain: Chain, known: set[int]) -> dict[int, Receipt]:
    """Return the receipts of what has been on its way for long, asked for one by one."""
    slow = Batch.objects.filter(
        Q(sent_at__lt=Now() - timedelta(seconds=LOOK_UP_AFTER_S)) | Q(sent_at__isnull=True),
        status__in=IN_FLIGHT,
    ).exclude(pk__in=known)
    rows = slow.order_by("pk").values_list("pk", "tx_hash", "replaced_hashes")[:LOOKED_UP]
    wanted = [(pk, each) for pk, newest, older in rows for each in (newest, *older)]
    receipts = chain.receipts_of([tx_hash for _, tx_hash in wanted])
    return {
        pk: receipt
        for (pk, _), receipt in zip(wanted, receipts, strict=True)
        if receipt is not None
    }


def _record(chain: Chain, found: dict[int, Receipt]) -> None:
    """Write what the receipts say, all in one statement, unless somebody has."""
    if not found:
        return
    rows = [(pk, receipt, _results(receipt)) for pk, receipt in found.items()]
    columns: list[list[object]] = [
        [pk for pk, _, _ in rows],
        [receipt.tx_hash for _, receipt, _ in rows],
        [receipt.block_number for _, receipt, _ in rows],
        [receipt.block_hash for _, receipt, _ in rows],
        [receipt.gas_used for _, receipt, _ in rows],
        ["" if receipt.succeeded else _reason(chain, receipt) for _, receipt, _ in rows],
        [counts.results for _, _, counts in rows],
        [counts.applied for _, _, counts in rows],
        [counts.failed for _, _, counts in rows],
        [counts.skipped for _, _, counts in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, columns)


def _results(receipt: Receipt) -> Tally:
    """Return the result bits in a receipt of `settle`, counted."""
    for log in receipt.logs:
        event = events.decode(log)
        if event is not None and (event.contract, event.name) == SETTLED:
            return tally(bytes.fromhex(event.args["results"][2:]), event.args["count"])
    return Tally(None, 0, 0, 0)


def _reason(chain: Chain, receipt: Receipt) -> str:
    try:
        return str(chain.revert_reason(receipt.tx_hash))
    except ChainError as error:
        return f"The transaction was reverted; its reason cannot be had. {error}"


def _ring_freed() -> None:
    """Ring the keys that have room again and something waiting."""
    for signer_id in signers_to_ring():
        ring("settlement.tasks.pump_signer", signer_id)
