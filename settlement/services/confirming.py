"""From broadcast to final: only a receipt says that a transaction happened, and how."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from contracts import events
from contracts.client import Chain
from contracts.errors import ChainError
from contracts.types import Block, Receipt
from settlement.domain.results import Tally, tally
from settlement.doorbell import ring
from settlement.failpoints import reached
from settlement.locks import Singleton, singleton
from settlement.models import IN_FLIGHT, Batch, BatchStatus, Cursor, Failure
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
        -- A receipt that says nothing of the operations is half a receipt: it is asked for again.
        AND (b.kind <> 'settle' OR v.error <> '' OR v.results IS NOT NULL)
"""
NO_BLOCK = {"block_number": None, "block_hash": None, "gas_used": None, "results": None}
NO_BLOCK |= {"applied": 0, "failed": 0, "skipped": 0, "error": "", "mined_at": None}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the node said in one pass: receipts by batch, and the fate of blocks by their hash."""

    receipts: dict[int, Receipt]
    reasons: dict[int, str]
    head: Block
    last_read: int
    deep: list[str]
    gone: list[str]


def confirm_batches(*, chain: Chain, confirmations: int = 1) -> int:
    """Record the receipts of what was broadcast, and what is final; return how many were found.

    Safe to repeat. The node is asked before a transaction is open: it may take its time. A block
    that was replaced gives its batches back.
    """
    if not Batch.objects.filter(status__in=(*IN_FLIGHT, BatchStatus.MINED)).exists():
        return 0
    seen = _look(chain, confirmations)
    with singleton(Singleton.CONFIRM) as alone:
        if not alone:
            return 0
        _record(seen)
        _settle_finality(seen)
        if seen.receipts:
            reached("confirm.storing")
    if seen.receipts:
        reached("confirm.stored")
    _ring_freed()
    return len(seen.receipts)


def _look(chain: Chain, confirmations: int) -> _Seen:
    head = chain.head()
    hashes = _flying_hashes()
    read, last = _new_receipts(chain, head, hashes)
    found = {hashes[receipt.tx_hash]: receipt for receipt in read}
    found |= _looked_up(chain, set(found))
    reasons = {pk: _reason(chain, each) for pk, each in found.items() if not each.succeeded}
    reasons |= _cancelled(found)
    return _Seen(found, reasons, head, last, *_fates(chain, head, found.values(), confirmations))


def _flying_hashes() -> dict[str, int]:
    """Return what is in flight by every hash it was sent under; any hash of a nonce may win."""
    rows = Batch.objects.filter(status__in=IN_FLIGHT).values_list(
        "pk", "tx_hash", "replaced_hashes"
    )
    return {each: pk for pk, newest, older in rows for each in (newest, *older)}


def _cancelled(found: Mapping[int, Receipt]) -> dict[int, str]:
    """Return why those had no effect in whose place a transfer of nothing was mined."""
    rows = Batch.objects.filter(pk__in=found).exclude(cancel_hashes=[])
    told = rows.values_list("pk", "cancel_hashes", "cancelled") if found else ()
    return {pk: reason for pk, hashes, reason in told if found[pk].tx_hash in hashes}


def _fates(
    chain: Chain, head: Block, found: Iterable[Receipt], confirmations: int
) -> tuple[list[str], list[str]]:
    """Return the blocks of mined batches that lie deep enough, and those that were replaced."""
    mined = Batch.objects.filter(status=BatchStatus.MINED)
    places = set(mined.values_list("block_number", "block_hash").distinct())
    places |= {(receipt.block_number, receipt.block_hash) for receipt in found}
    ordered = sorted(places)
    shown = chain.hashes_by_most([number for number, _ in ordered])
    deep, gone = [], []
    for (number, block_hash), now in zip(ordered, shown, strict=True):
        if now is None:
            # No node has it yet, or nodes disagree; that is no reason to take it back.
            continue
        if now != block_hash:
            gone.append(block_hash)
        elif number <= head.number - confirmations:
            deep.append(block_hash)
    return deep, gone


def _settle_finality(seen: _Seen) -> None:
    """Make final, or reverted, what lies deep enough; give back what lies in a replaced block."""
    mined = Batch.objects.filter(status=BatchStatus.MINED)
    mined.filter(block_hash__in=seen.gone).update(status=BatchStatus.SENT, **NO_BLOCK)
    _end(mined.filter(block_hash__in=seen.deep))


def _end(deep: QuerySet[Batch]) -> None:
    reverted = list(deep.exclude(error=""))
    deep.filter(error="").update(status=BatchStatus.FINAL, final_at=Now())
    why = Case(
        When(~Q(failure=""), then=F("failure")),
        When(error=F("cancelled"), then=Value(Failure.CANCELLED)),
        default=Value(Failure.REVERTED),
    )
    deep.exclude(error="").update(status=BatchStatus.REVERTED, final_at=Now(), failure=why)
    for batch in reverted:
        if batch.kind == batching.SETTLE:
            _plan_again(batch)


def _plan_again(batch: Batch) -> None:
    """Give the operations of a reverted batch another one, simulated first; ids stay."""
    again = batching.again(batch, key=f"{batch.client_key}#{batch.pk}")
    Batch.objects.bulk_create([again], ignore_conflicts=True)


def _new_receipts(chain: Chain, head: Block, wanted: Collection[str]) -> tuple[list[Receipt], int]:
    """Return our receipts in the blocks since the last pass, and the number of the last block."""
    if not wanted:
        return [], head.number
    start = max(head.number - BLOCKS_PER_PASS, 0)
    cursor = Cursor.objects.filter(name=Cursor.RECEIPTS).first()
    first = (cursor.block_number if cursor else start) + 1
    if first > head.number + 1 or head.number - first > MOST_BEHIND:
        first = head.number
    last = min(head.number, first + BLOCKS_PER_PASS - 1)
    numbers = range(first, last + 1)
    return [each for number in numbers for each in chain.receipts(number, wanted)], last


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


def _record(seen: _Seen) -> None:
    """Write what the receipts say, all in one statement, unless somebody has."""
    Cursor.objects.update_or_create(
        name=Cursor.RECEIPTS,
        defaults={
            "block_number": seen.last_read,
            "block_hash": seen.head.hash,
            "head_number": seen.head.number,
        },
    )
    if not seen.receipts:
        return
    rows = [(pk, receipt, _results(receipt)) for pk, receipt in seen.receipts.items()]
    columns: list[list[object]] = [
        [pk for pk, _, _ in rows],
        [receipt.tx_hash for _, receipt, _ in rows],
        [receipt.block_number for _, receipt, _ in rows],
        [receipt.block_hash for _, receipt, _ in rows],
        [receipt.gas_used for _, receipt, _ in rows],
        [seen.reasons.get(pk, "") for pk, _, _ in rows],
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
