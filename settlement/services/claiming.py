"""What a key sends next: calls whose turn it is, then its lane's operations in batches.

Whatever is chosen is simulated where that is due, and then gets its nonces and is stored in one
database transaction, under the fencing token of the key's lease.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from contracts.client import Chain
from contracts.domain.words import striped
from contracts.types import Fees
from settlement.domain.access import declared
from settlement.domain.kinds import EPOCH
from settlement.domain.packing import Waiting
from settlement.domain.profiles import Profile
from settlement.failpoints import reached
from settlement.models import IN_FLIGHT, Batch, BatchStatus, LaneProgress, Signer
from settlement.selectors import newest_block_time
from settlement.services import batching, simulating
from settlement.services.blocking import Others, others_of, stored_access
from settlement.services.signers import Lease, most_in_flight, refused_for_delegation
from settlement.services.waiting import Window, has_waiting_before, window_of

# So many operations more than fit into the free places are looked at, to see who is hot.
LOOKAHEAD = 2_000


@dataclass(slots=True)
class Claim:
    """What a key is about to send: stored calls, new batches, and what is given up."""

    calls: list[Batch]
    packs: list[Batch]
    given_up: list[Batch]
    progress: LaneProgress | None = None

    @property
    def chosen(self) -> list[Batch]:
        """All that gets a nonce, in its order."""
        return [*self.calls, *self.packs]


def claim(held: Lease, chain: Chain, profile: Profile) -> list[Batch]:
    """Choose, store and number what the key sends next; return it, ready to be signed."""
    signer = Signer.objects.get(pk=held.signer_id)
    flying = signer.batches.filter(status__in=IN_FLIGHT).count()
    room = profile.in_flight - flying
    if room <= 0 or signer.paused or signer.retired_at:
        return []
    if not flying and refused_for_delegation(signer, chain):
        return []
    room = most_in_flight(signer, chain, profile) - flying
    if room <= 0:
        return []
    others = others_of(signer.pk)
    found = Claim(_due_calls(signer, others, room), [], [])
    simulating.simulate_calls(found, chain, profile)
    _add_packs(found, signer, others, chain, profile, room - len(found.calls))
    if not (found.chosen or found.given_up or found.progress):
        return []
    fees = chain.fees()
    if fees.max_fee_wei > profile.most_fee_wei:
        # Dear times pass; what is in flight goes on, and nothing new is sent until then.
        return []
    return _store(held, signer, found, fees, chain)


def _due_calls(signer: Signer, others: Others, room: int) -> list[Batch]:
    """Return the planned calls that wait for nobody, and note for the others whom they await."""
    planned = signer.batches.filter(status=BatchStatus.PLANNED, nonce__isnull=True)
    due = []
    for batch in planned.order_by("-priority", "pk")[: 2 * room]:
        access = stored_access(batch.reads, batch.writes, batch.adds)
        waits = others.blocking(access, before=batch.pk)
        waits += _own_operations(batch)
        if not waits:
            batch.signer = signer
            due.append(batch)
        elif waits != batch.waited_on:
            Batch.objects.filter(pk=batch.pk).update(waited_on=waits)
    return due[:room]


def _own_operations(batch: Batch) -> list[dict[str, object]]:
    """Return the loan of a call on which operations that came before it still wait, if so."""
    loans = [key for key in batch.writes if key.startswith("loan:")]
    if batch.kind == batching.SETTLE or batch.lane is None:
        return []
    waiting = [key for key in loans if has_waiting_before(int(key[5:]), batch.after_number)]
    return [{"operations_before": batch.after_number, "keys": waiting}] if waiting else []


def _add_packs(
    found: Claim, signer: Signer, others: Others, chain: Chain, profile: Profile, room: int
) -> None:
    """Fill what room is left with batches of the lane's operations."""
    if signer.lane is None or room <= 0 or others.blocking(declared(reads=[EPOCH])):
        return
    size = room * batching.USUAL_BATCH + LOOKAHEAD
    window = window_of(signer.lane, size=size, now=newest_block_time())
    if not (window.operations or window.expired):
        return
    free, kept = _not_behind_calls(signer, window, found)
    packing = batching.packed(free, profile, room)
    found.packs = [batching.envelope(signer, pack) for pack in packing.packs]
    found.progress = window.advanced([*packing.deferred, *kept])
    if window.expired:
        found.given_up.append(batching.expired(signer, window.expired))
    simulating.size_packs(found, chain, profile)


def _not_behind_calls(
    signer: Signer, window: Window, found: Claim
) -> tuple[list[Waiting], list[Waiting]]:
    """Part the operations whose loan has an earlier call that is not sent yet."""
    going = {batch.pk for batch in found.calls}
    rows = signer.batches.filter(status=BatchStatus.PLANNED, nonce__isnull=True)
    rows = rows.exclude(kind=batching.SETTLE).values_list("pk", "after_number", "writes")
    first = {key: after for pk, after, writes in rows if pk not in going for key in writes}
    if not first:
        return window.operations, []
    lane = signer.lane or 0
    behind = [
        each
        for each in window.operations
        if each.number >= first.get(f"loan:{striped(lane, each.loan_number)}", each.number + 1)
    ]
    numbers = {each.number for each in behind}
    return [each for each in window.operations if each.number not in numbers], behind


def _store(held: Lease, signer: Signer, found: Claim, fees: Fees, chain: Chain) -> list[Batch]:
    """Write nonces, fees and rows; the database refuses a double nonce."""
    chain_nonce = _chain_nonce(signer, chain)
    with transaction.atomic():
        held.locked()
        for batch in found.given_up:
            batch.save()
        _number(signer, found, fees, chain_nonce)
        Batch.objects.bulk_update(
            found.calls,
            [
                *("nonce", "gas_limit", "gas_modelled", "simulated", "max_fee_wei"),
                *("priority_fee_wei", "claimed_at", "error"),
            ],
        )
        Batch.objects.bulk_create(found.packs)
        if found.progress is not None:
            found.progress.save()
        reached("claim.storing")
    reached("claim.stored")
    return found.chosen


def _number(signer: Signer, found: Claim, fees: Fees, chain_nonce: int) -> None:
    used = signer.batches.aggregate(last=Max("nonce"))["last"]
    first = chain_nonce if used is None else max(chain_nonce, used + 1)
    for nonce, batch in enumerate(found.chosen, start=first):
        batch.nonce = nonce
        batch.max_fee_wei = fees.max_fee_wei
        batch.priority_fee_wei = fees.priority_fee_wei
        batch.claimed_at = Now()
        batch.client_key = batch.client_key or f"settle:{signer.pk}:{nonce}"


def _chain_nonce(signer: Signer, chain: Chain) -> int:
    return chain.transaction_count(signer.address, "latest")
