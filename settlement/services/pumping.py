"""The actor of one key: claim, sign, store, and only then broadcast."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from contracts.client import Chain
from contracts.errors import ChainError
from contracts.types import Fees
from settlement.domain.fees import replacement_fees
from settlement.domain.profiles import PROFILES, Profile
from settlement.failpoints import reached
from settlement.models import OPEN, Batch, BatchStatus, Signer
from settlement.services.claiming import claim
from settlement.services.errands import RESEND_AFTER_S, Errand, errand_of, errands
from settlement.services.repairing import fill_gaps
from settlement.services.sealing import NOOP, raw_of, sign
from settlement.services.signers import FENCE, Lease, ensure_signers, lease, renew
from settlement.services.strangers import give_back_taken
from settlement.services.waiting import waiting_lanes

REPLACE_AFTER_S = 60
# Whose transfer of nothing is not signed yet.
_CANCELLED = ~Q(cancelled="") & Q(cancel_hashes=[]) & ~Q(kind=NOOP)
# Nobody waits for the disk: what is not noted is sent once more.
_NOTE_SENT = f"""
    WITH held AS ({FENCE} RETURNING id), noted AS (
        UPDATE settlement_batch AS b SET status = 'sent', broadcast_at = now(), error = v.error,
            sent_at = CASE status WHEN 'signed' THEN now() ELSE sent_at END
        FROM held, unnest(%s::bigint[], %s::text[]) AS v (id, error)
        WHERE b.id = v.id AND b.signer_id = held.id AND b.status IN ('signed', 'sent'))
    SELECT count(*), set_config('synchronous_commit', 'off', true) FROM held
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
        errand = _recovered(held, chain, errand_of(signer_id))
        sent = 0
        while errand.may_claim(rules.in_flight):
            claimed = claim(held, chain, rules)
            if not claimed:
                break
            sent += _send(held, chain, claimed)
            errand = errand_of(signer_id)
        return sent


def _recovered(held: Lease, chain: Chain, errand: Errand) -> Errand:
    """Go on where the last holder of the lease stopped, whatever stopped it; what is due then."""
    if not errand.left_over:
        return errand
    if errand.unsent:
        renew(held)
        mine = Batch.objects.filter(signer=held.signer_id, status=BatchStatus.SIGNED)
        _send(held, chain, list(mine.select_related("signer").order_by("nonce")))
    if errand.stale:
        renew(held)
        _send_again(held, chain)
    return errand_of(held.signer_id)


def _send(held: Lease, chain: Chain, batches: Sequence[Batch], *, everywhere: bool = False) -> int:
    """Broadcast what is stored. Whatever the node answers, they count as sent: it may be wrong."""
    if not batches:
        return 0
    answers = chain.send_many([raw_of(batch) for batch in batches], everywhere=everywhere)
    reached("broadcast.sent")
    errors = [str(answer) if isinstance(answer, ChainError) else "" for answer in answers]
    held.executed(_NOTE_SENT, [[batch.pk for batch in batches], errors])
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
    fields = ["replaced_hashes", "max_fee_wei", "priority_fee_wei", "signature", "tx_hash"]
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
    sign(batch)
    return True
