"""The actor of one relayer key: claim, store, sign, store, and only then broadcast."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from contracts.client import Chain
from contracts.errors import CallReverted, ChainError, ChainRejected
from contracts.types import Fees
from settlement.domain.fees import replacement_fees
from settlement.domain.gas import gas_limit
from settlement.failpoints import reached
from settlement.models import IN_FLIGHT, OPEN, Batch, BatchStatus, Signer
from settlement.services.signers import Lease, lease, renew
from settlement.wallets import wallet_of

MAX_IN_FLIGHT = 16
RESEND_AFTER_S = 6
REPLACE_AFTER_S = 60
DYNAMIC_FEE_TYPE = 2


def signers_with_work() -> list[int]:
    """Return the keys that have anything planned or not yet mined."""
    return list(
        Batch.objects.filter(status__in=OPEN).order_by().values_list("signer", flat=True).distinct()
    )


def pump_signer(*, signer_id: int, chain: Chain) -> int:
    """Send whatever a key has to send and return how many; nothing while another worker does.

    Safe to repeat and to kill anywhere: the next call goes on from what is stored.
    """
    with lease(signer_id) as held:
        if held is None:
            return 0
        _sign(held)
        _broadcast(held, chain)
        _send_again(held, chain)
        sent = 0
        while _claim(held, chain):
            _sign(held)
            sent += _broadcast(held, chain)
            renew(held)
        return sent


def _claim(held: Lease, chain: Chain) -> int:
    """Give nonces to the next planned batches that a simulation lets pass; return how many left.

    One that would revert gets no nonce, so it can leave no hole.
    """
    batches = _next_planned(held)
    if not batches:
        return 0
    signer = batches[0].signer
    passed = _simulate(batches, chain)
    fees = chain.fees()
    chain_nonce = chain.transaction_count(signer.address, "latest")
    with transaction.atomic():
        held.locked()
        refused = [batch for batch in batches if batch.status == BatchStatus.DEAD]
        Batch.objects.bulk_update(refused, ["status", "error"])
        _give_nonces(signer, passed, fees, chain_nonce)
        reached("claim.storing")
    reached("claim.stored")
    return len(batches)


def _next_planned(held: Lease) -> list[Batch]:
    mine = Batch.objects.filter(signer=held.signer_id)
    room = MAX_IN_FLIGHT - mine.filter(status__in=IN_FLIGHT).count()
    planned = mine.filter(status=BatchStatus.PLANNED, nonce__isnull=True)
    return list(planned.select_related("signer").order_by("pk")[: max(room, 0)])


def _simulate(batches: Sequence[Batch], chain: Chain) -> list[Batch]:
    """Set each batch's gas limit, or mark it dead with the contract's reason."""
    passed = []
    for batch, result in zip(batches, _gas_of(batches, chain), strict=True):
        if isinstance(result, CallReverted):
            batch.status, batch.error = BatchStatus.DEAD, str(result)
        elif isinstance(result, ChainError):
            raise result
        else:
            batch.gas_limit = gas_limit(kind=batch.kind, gas_used=result)
            passed.append(batch)
    return passed


def _gas_of(batches: Sequence[Batch], chain: Chain) -> Sequence[int | ChainError]:
    """Return the gas of each; where a node cannot run them in a row, each by itself."""
    calls = [(batch.to_address, bytes(batch.data), batch.signer.address) for batch in batches]
    try:
        return chain.simulate_many(calls)
    except ChainRejected:
        return chain.estimate_many(calls)


def _give_nonces(signer: Signer, batches: Sequence[Batch], fees: Fees, chain_nonce: int) -> None:
    """Write nonces and fees; the signer's row is locked, and the database refuses a double."""
    used = Batch.objects.filter(signer=signer).aggregate(last=Max("nonce"))["last"]
    first = chain_nonce if used is None else max(chain_nonce, used + 1)
    for nonce, batch in enumerate(batches, start=first):
        batch.nonce = nonce
        batch.max_fee_wei = fees.max_fee_wei
        batch.priority_fee_wei = fees.priority_fee_wei
    Batch.objects.bulk_update(batches, ["nonce", "gas_limit", "max_fee_wei", "priority_fee_wei"])


def _sign(held: Lease) -> None:
    """Sign what has a nonce and no signature, and store it."""
    claimed = list(
        Batch.objects.filter(signer=held.signer_id, status=BatchStatus.PLANNED, nonce__isnull=False)
        .select_related("signer")
        .order_by("nonce")
    )
    for batch in claimed:
        batch.raw, batch.tx_hash = _signed(batch)
        batch.status = BatchStatus.SIGNED
    with transaction.atomic():
        held.locked()
        Batch.objects.bulk_update(claimed, ["raw", "tx_hash", "status"])
    if claimed:
        reached("sign.stored")


def _signed(batch: Batch) -> tuple[bytes, str]:
    fields: dict[str, Any] = {
        "type": DYNAMIC_FEE_TYPE,
        "chainId": batch.chain_id,
        "nonce": batch.nonce,
        "to": batch.to_address,
        "data": bytes(batch.data),
        "value": 0,
        "gas": batch.gas_limit,
        "maxFeePerGas": batch.max_fee_wei,
        "maxPriorityFeePerGas": batch.priority_fee_wei,
    }
    return wallet_of(batch.signer).sign_transaction(fields)


def _broadcast(held: Lease, chain: Chain) -> int:
    """Send what is signed and not yet sent, in the order of nonces."""
    signed = Batch.objects.filter(signer=held.signer_id, status=BatchStatus.SIGNED)
    return _send(held, chain, list(signed.order_by("nonce")))


def _send(held: Lease, chain: Chain, batches: Sequence[Batch]) -> int:
    """Broadcast stored bytes. Whatever the node answers, they count as sent: it may be wrong."""
    if not batches:
        return 0
    renew(held)
    answers = chain.send_many([bytes(batch.raw) for batch in batches if batch.raw is not None])
    reached("broadcast.sent")
    noted = []
    for batch, answer in zip(batches, answers, strict=True):
        error = str(answer) if isinstance(answer, ChainError) else ""
        if error != batch.error:
            batch.error = error
            noted.append(batch)
    with transaction.atomic():
        held.locked()
        Batch.objects.bulk_update(noted, ["error"])
        sent = Batch.objects.filter(pk__in=[batch.pk for batch in batches])
        sent.filter(status=BatchStatus.SIGNED).update(status=BatchStatus.SENT, sent_at=Now())
        sent.update(broadcast_at=Now())
    reached("broadcast.stored")
    return len(batches)


def _send_again(held: Lease, chain: Chain) -> None:
    """Broadcast anew what a while has not mined; what waits long is replaced at higher fees."""
    stale = list(
        Batch.objects.filter(
            signer=held.signer_id,
            status=BatchStatus.SENT,
            broadcast_at__lt=Now() - timedelta(seconds=RESEND_AFTER_S),
        )
        .select_related("signer")
        .order_by("nonce")
    )
    if not stale:
        return
    receipts = chain.receipts_of([str(batch.tx_hash) for batch in stale])
    unmined = [batch for batch, found in zip(stale, receipts, strict=True) if found is None]
    _replace(held, chain, _waiting_long(unmined))
    _send(held, chain, unmined)


def _waiting_long(batches: Sequence[Batch]) -> list[Batch]:
    return list(
        Batch.objects.filter(
            pk__in=[batch.pk for batch in batches],
            sent_at__lt=Now() - timedelta(seconds=REPLACE_AFTER_S),
        ).select_related("signer")
    )


def _replace(held: Lease, chain: Chain, batches: Sequence[Batch]) -> None:
    """Sign the same nonce at higher fees; every hash is kept, because any may be mined."""
    if not batches:
        return
    market = chain.fees()
    for batch in batches:
        batch.replaced_hashes = [*batch.replaced_hashes, batch.tx_hash]
        batch.max_fee_wei, batch.priority_fee_wei = replacement_fees(
            max_fee_wei=batch.max_fee_wei or 0,
            priority_fee_wei=batch.priority_fee_wei or 0,
            market_max_fee_wei=market.max_fee_wei,
        )
        batch.raw, batch.tx_hash = _signed(batch)
        batch.status = BatchStatus.SIGNED
    with transaction.atomic():
        held.locked()
        Batch.objects.bulk_update(
            batches,
            ["replaced_hashes", "max_fee_wei", "priority_fee_wei", "raw", "tx_hash", "status"],
        )
    reached("replace.stored")
    _broadcast(held, chain)
