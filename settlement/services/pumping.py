"""The actor of one key: claim, store, sign, store, and only then broadcast."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from contracts.client import Chain
from contracts.errors import ChainError
from contracts.types import Fees
from settlement import bulk
from settlement.domain.fees import replacement_fees
from settlement.domain.profiles import PROFILES, Profile
from settlement.failpoints import reached
from settlement.models import OPEN, Batch, BatchStatus, Failure, Signer
from settlement.selectors import newest_block_time
from settlement.services.claiming import claim
from settlement.services.errands import RESEND_AFTER_S, Errand, errand_of, errands
from settlement.services.repairing import NOOP, NOOP_GAS, fill_gaps
from settlement.services.signers import Lease, ensure_signers, lease, renew
from settlement.services.strangers import give_back_taken
from settlement.services.waiting import waiting_lanes
from settlement.wallets import wallet_of

REPLACE_AFTER_S = 60
DYNAMIC_FEE_TYPE = 2
# Whose transfer of nothing is not signed yet.
_CANCELLED = ~Q(cancelled="") & Q(cancel_hashes=[]) & ~Q(kind=NOOP)
_STORE_SIGNED = """
    UPDATE settlement_batch AS b SET raw = v.raw, tx_hash = v.tx_hash, status = 'signed'
    FROM unnest(%s::bigint[], %s::bytea[], %s::text[]) AS v (id, raw, tx_hash)
    WHERE b.id = v.id
"""
_NOTE_SENT = """
    UPDATE settlement_batch SET status = 'sent', broadcast_at = now(),
        sent_at = CASE status WHEN 'signed' THEN now() ELSE sent_at END
    WHERE id = ANY(%s) AND status IN ('signed', 'sent')
"""


def profile() -> Profile:
    """Return the rules of the chain that the settings name."""
    return PROFILES[settings.CHAIN_PROFILE]


def signers_with_work() -> list[int]:
    """Return the keys that have anything planned, waiting in their lane, or not yet mined."""
    busy = set(Batch.objects.filter(status__in=OPEN).values_list("signer", flat=True).distinct())
    lanes = waiting_lanes()
    if lanes and not Signer.objects.filter(lane__in=lanes).exists():
        ensure_signers()
    active = Signer.objects.filter(lane__in=lanes, retired_at__isnull=True)
    return sorted(busy | set(active.values_list("pk", flat=True)))


def signers_to_ring() -> list[int]:
    """Return the keys that can do something now: all that the doorbell needs to wake.

    What is in flight and was broadcast a moment ago needs nobody.
    """
    most = profile().in_flight
    return [
        each.signer_id
        for each in errands()
        if each.left_over or each.planned or (each.free and each.may_claim(most))
    ]


def pump_signer(*, signer_id: int, chain: Chain) -> int:
    """Send whatever a key has to send and return how many; nothing while another worker does.

    Safe to repeat and to kill anywhere: the next call goes on from what is stored.
    """
    rules = profile()
    errand = errand_of(signer_id)
    if not (errand.left_over or errand.may_claim(rules.in_flight)):
        return 0
    with lease(signer_id) as held:
        if held is None:
            return 0
        _recover(held, chain, errand_of(signer_id))
        sent = 0
        while errand_of(signer_id).may_claim(rules.in_flight):
            claimed = claim(held, chain, rules)
            if not claimed:
                break
            _sign(held, claimed)
            sent += _send(held, chain, claimed)
        return sent


def _recover(held: Lease, chain: Chain, errand: Errand) -> None:
    """Go on where the last holder of the lease stopped, whatever stopped it."""
    mine = Batch.objects.filter(signer=held.signer_id).select_related("signer").order_by("nonce")
    if errand.unsigned:
        numbered = list(mine.filter(status=BatchStatus.PLANNED, nonce__isnull=False))
        _give_up_late(numbered)
        _sign(held, numbered)
    if errand.unsigned or errand.unsent:
        renew(held)
        _send(held, chain, list(mine.filter(status=BatchStatus.SIGNED)))
    if errand.stale:
        renew(held)
        _send_again(held, chain)


def _give_up_late(numbered: Sequence[Batch]) -> None:
    """Have the nonce of what was never signed, and is too late now, spent on nothing."""
    bounded = [batch for batch in numbered if batch.deadline is not None and not batch.cancelled]
    now = newest_block_time() if bounded else 0
    for batch in bounded:
        if batch.deadline is not None and batch.deadline <= now:
            batch.failure = Failure.DEADLINE
            batch.cancelled = f"The deadline {batch.deadline} passed before it was sent."


def _sign(held: Lease, claimed: Sequence[Batch]) -> None:
    """Sign what has a nonce and store it, in the order of nonces."""
    if not claimed:
        return
    for batch in claimed:
        _sign_one(batch)
    cancelled = [batch for batch in claimed if batch.cancel_hashes]
    values = [
        [batch.pk for batch in claimed],
        [bytes(batch.raw or b"") for batch in claimed],
        [batch.tx_hash for batch in claimed],
    ]
    with transaction.atomic():
        held.locked()
        bulk.execute(_STORE_SIGNED, values)
        Batch.objects.bulk_update(cancelled, ["cancelled", "failure", "cancel_hashes"])
    reached("sign.stored")


def _sign_one(batch: Batch) -> None:
    batch.raw, batch.tx_hash = _signed(batch)
    if batch.cancelled and batch.kind != NOOP:
        batch.cancel_hashes = [*batch.cancel_hashes, batch.tx_hash]


def _signed(batch: Batch) -> tuple[bytes, str]:
    """Sign the batch, or a transfer of nothing in its place when it was cancelled."""
    to, data, gas = batch.to_address, bytes(batch.data), batch.gas_limit
    if batch.cancelled:
        to, data, gas = batch.signer.address, b"", NOOP_GAS
    fields: dict[str, Any] = {
        "type": DYNAMIC_FEE_TYPE,
        "chainId": batch.chain_id,
        "nonce": batch.nonce,
        "to": to,
        "data": data,
        "value": 0,
        "gas": gas,
        "maxFeePerGas": batch.max_fee_wei,
        "maxPriorityFeePerGas": batch.priority_fee_wei,
    }
    return wallet_of(batch.signer).sign_transaction(fields)


def _send(held: Lease, chain: Chain, batches: Sequence[Batch], *, everywhere: bool = False) -> int:
    """Broadcast stored bytes. Whatever the node answers, they count as sent: it may be wrong."""
    if not batches:
        return 0
    raws = [bytes(batch.raw) for batch in batches if batch.raw is not None]
    answers = chain.send_many(raws, everywhere=everywhere)
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
        with connection.cursor() as cursor:
            cursor.execute(_NOTE_SENT, [[batch.pk for batch in batches]])
    reached("broadcast.stored")
    return len(batches)


def _send_again(held: Lease, chain: Chain) -> None:
    """Broadcast anew what a while has not mined; what waits long is replaced at higher fees."""
    old = Q(broadcast_at__lt=Now() - timedelta(seconds=RESEND_AFTER_S))
    stale = list(
        Batch.objects.filter(old | _CANCELLED, signer=held.signer_id, status=BatchStatus.SENT)
        .select_related("signer")
        .order_by("nonce")
    )
    if not stale:
        return
    filled = fill_gaps(held, stale, chain)
    receipts = chain.receipts_of([str(batch.tx_hash) for batch in stale])
    unmined = [batch for batch, found in zip(stale, receipts, strict=True) if found is None]
    unmined = give_back_taken(held, unmined, chain)
    _replace(held, chain, _waiting_long(unmined))
    _sign(held, filled)
    # A node that took it and did not pass it on is no use: now every node gets it.
    _send(held, chain, [*filled, *unmined], everywhere=True)


def _waiting_long(batches: Sequence[Batch]) -> list[Batch]:
    """Return those sent long ago or cancelled: the objects given, so that they change."""
    long_ago = Q(sent_at__lt=Now() - timedelta(seconds=REPLACE_AFTER_S))
    found = Batch.objects.filter(long_ago | _CANCELLED, pk__in=[batch.pk for batch in batches])
    old = set(found.values_list("pk", flat=True))
    return [batch for batch in batches if batch.pk in old]


def _replace(held: Lease, chain: Chain, batches: Sequence[Batch]) -> None:
    """Sign the same nonce at higher fees; every hash is kept, because any may be mined."""
    if not batches:
        return
    market, rules = chain.fees(), profile()
    replaced = [batch for batch in batches if _replaced(batch, market, rules)]
    fields = ["replaced_hashes", "max_fee_wei", "priority_fee_wei", "raw", "tx_hash"]
    with transaction.atomic():
        held.locked()
        Batch.objects.bulk_update(replaced, [*fields, "cancel_hashes"])
        Batch.objects.filter(pk__in=[batch.pk for batch in replaced]).update(sent_at=Now())
    reached("replace.stored")


def _replaced(batch: Batch, market: Fees, rules: Profile) -> bool:
    """Sign the batch anew at higher fees, unless these would be more than is ever paid."""
    fees = replacement_fees(
        max_fee_wei=batch.max_fee_wei or 0,
        priority_fee_wei=batch.priority_fee_wei or 0,
        market=market,
        percent=rules.replacement_percent,
        most_fee_wei=rules.most_fee_wei,
    )
    if fees is None:
        return False
    batch.replaced_hashes = [*batch.replaced_hashes, batch.tx_hash]
    batch.max_fee_wei, batch.priority_fee_wei = fees
    _sign_one(batch)
    return True
