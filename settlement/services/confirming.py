"""From broadcast to final: only a receipt says that a transaction happened, and how."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from contracts.client import Chain
from contracts.errors import ChainError
from contracts.types import Receipt
from settlement.doorbell import ring
from settlement.failpoints import reached
from settlement.models import IN_FLIGHT, Batch, BatchStatus, Block

BATCHES_PER_PASS = 1_000


def confirm_batches(*, chain: Chain) -> int:
    """Record the receipts of what was broadcast; return how many were found. Safe to repeat."""
    waiting = list(
        Batch.objects.filter(status__in=IN_FLIGHT)
        .defer("data", "raw")
        .order_by("pk")[:BATCHES_PER_PASS]
    )
    found = _receipts(chain, waiting)
    reasons = {
        receipt.tx_hash: _reason(chain, receipt) for _, receipt in found if not receipt.succeeded
    }
    with transaction.atomic():
        for batch, receipt in found:
            _record(batch, receipt, reasons.get(receipt.tx_hash, ""))
        finalise_batches()
        _ring_freed([batch.signer_id for batch, _ in found])
        if found:
            reached("confirm.storing")
    if found:
        reached("confirm.stored")
    return len(found)


def finalise_batches() -> int:
    """Mark as final what stands in a block that the reader has stored; return how many.

    What was mined in a block that the chain has since replaced is in flight again.
    """
    mined = Batch.objects.filter(status=BatchStatus.MINED)
    read = Block.objects.filter(number=OuterRef("block_number"))
    same = read.filter(hash=OuterRef("block_hash"))
    mined.filter(Exists(read), ~Exists(same)).update(
        status=BatchStatus.SENT, block_number=None, block_hash=None, gas_used=None
    )
    return mined.filter(Exists(same)).update(status=BatchStatus.FINAL)


def _receipts(chain: Chain, batches: Sequence[Batch]) -> list[tuple[Batch, Receipt]]:
    """Return the batches that are mined, each with its receipt; any hash of a nonce may win."""
    hashes = [
        (batch, tx_hash) for batch in batches for tx_hash in (batch.tx_hash, *batch.replaced_hashes)
    ]
    receipts = chain.receipts_of([tx_hash for _, tx_hash in hashes])
    return [
        (batch, receipt)
        for (batch, _), receipt in zip(hashes, receipts, strict=True)
        if receipt is not None
    ]


def _record(batch: Batch, receipt: Receipt, reason: str) -> None:
    """Write one receipt, if nobody else has."""
    others = {batch.tx_hash, *batch.replaced_hashes} - {receipt.tx_hash}
    Batch.objects.filter(pk=batch.pk, status__in=IN_FLIGHT).update(
        status=BatchStatus.MINED if receipt.succeeded else BatchStatus.REVERTED,
        tx_hash=receipt.tx_hash,
        replaced_hashes=sorted(others),
        block_number=receipt.block_number,
        block_hash=receipt.block_hash,
        gas_used=receipt.gas_used,
        error=reason,
        mined_at=Now(),
    )


def _reason(chain: Chain, receipt: Receipt) -> str:
    try:
        return str(chain.revert_reason(receipt.tx_hash))
    except ChainError as error:
        return f"The transaction was reverted; its reason cannot be had. {error}"


def _ring_freed(signer_ids: Sequence[int]) -> None:
    """Ring the keys that have room again and something waiting."""
    waiting = Batch.objects.filter(
        signer__in=set(signer_ids), status=BatchStatus.PLANNED
    ).values_list("signer", flat=True)
    for signer_id in sorted(set(waiting)):
        ring("settlement.tasks.pump_signer", signer_id)
