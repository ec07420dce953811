"""What a key sends next: calls whose turn it is, then its lane's operations in batches.

Whatever is chosen is simulated where that is due, gets its nonces and is signed, and then is stored
in one database transaction, under the fencing token of the key's lease.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from contracts.client import Chain
from contracts.domain.words import striped
from contracts.types import Fees
from settlement import bulk
from settlement.domain.packing import Waiting
from settlement.domain.profiles import Profile
from settlement.failpoints import reached
from settlement.models import IN_FLIGHT, Batch, BatchStatus, Failure, LaneProgress, Signer
from settlement.selectors import newest_block_time
from settlement.services import batching, simulating
from settlement.services.calls import hand_over
from settlement.services.planning import Plan, plan_of
from settlement.services.sealing import seal
from settlement.services.signers import Lease, refused_for_delegation
from settlement.services.waiting import Window, plain_run, progress_of, window_of

# So many operations more than fit into the free places are looked at, to see who is hot.
LOOKAHEAD = 2_000
# Of a lane's operations no more are taken at once: a claim must end well within a lease.
MOST_AT_ONCE = 20_000


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
    """Choose, number, sign and store what the key sends next; return it, ready to be broadcast."""
    signer = Signer.objects.get(pk=held.signer_id)
    if signer.paused or signer.retired_at:
        return []
    flying = signer.batches.filter(status__in=IN_FLIGHT).count()
    room = _room(signer, flying, chain, profile)
    if room <= 0:
        return []
    if not flying and refused_for_delegation(signer, chain):
        hand_over(signer)
        return []
    plan = plan_of(signer, most=room)
    found = Claim([], [], [])
    if plan.due or plan.waits or plan.expired:
        found = Claim(_due_calls(signer, plan), [], _expired(plan))
        simulating.simulate_calls(found, chain, profile)
    if signer.lane is not None and not plan.words_wait and room > len(found.calls):
        if plan.due or plan.waits or not _add_plain_packs(found, signer, profile, room):
            _add_packs(found, signer, profile, room - len(found.calls))
        simulating.size_packs(found, chain, profile)
    if not (found.chosen or found.given_up or found.progress):
        return []
    fees, mined = chain.fees_and_nonce(signer.address)
    if fees.max_fee_wei > profile.most_fee_wei:
        # Dear times pass; what is in flight goes on, and nothing new is sent until then.
        return []
    return _store(held, signer, found, fees, mined)


def _room(signer: Signer, flying: int, chain: Chain, profile: Profile) -> int:
    """Return how many transactions the key may send now, beside those in flight."""
    least = profile.reserve_balance_wei
    if not least or chain.balance(signer.address) >= least:
        return profile.in_flight - flying
    # The chain drops what such a key sends before its last transaction lies a few blocks deep.
    return 1 - flying - signer.batches.filter(status=BatchStatus.MINED).count()


def _due_calls(signer: Signer, plan: Plan) -> list[Batch]:
    """Return the calls whose turn it is, and note for the others whom they await."""
    noted = Batch.objects.filter(pk__in=plan.waits).values_list("pk", "waited_on")
    for pk, waited_on in noted:
        if plan.waits[pk] != waited_on:
            Batch.objects.filter(pk=pk).update(waited_on=plan.waits[pk])
    rows = Batch.objects.in_bulk(plan.due)
    for batch in rows.values():
        batch.signer = signer
    return [rows[pk] for pk in plan.due]


def _expired(plan: Plan) -> list[Batch]:
    """Return the calls whose deadline passed while they waited: given up, and never sent."""
    rows = list(Batch.objects.filter(pk__in=plan.expired).order_by("pk"))
    for batch in rows:
        batch.status, batch.failure = BatchStatus.DEAD, Failure.DEADLINE
        batch.error = f"The deadline {batch.deadline} passed before it was the call's turn."
    return rows


def _add_plain_packs(found: Claim, signer: Signer, profile: Profile, room: int) -> bool:
    """Fill the room with plain operations, and tell; False where each has to be looked at."""
    progress = progress_of(signer.lane or 0)
    run = plain_run(progress, most=_most_words(room))
    cuts = None if run is None else batching.cut_plain(run, profile, room)
    if run is None or cuts is None:
        return False
    if cuts:
        found.packs = [batching.envelope(signer, each) for each in cuts]
        progress.planned_through = max(int(each.columns.numbers.max()) for each in cuts)
        found.progress = progress
    return True


def _add_packs(found: Claim, signer: Signer, profile: Profile, room: int) -> None:
    """Fill what room is left with batches of the lane's operations, each looked at by itself."""
    size = _most_words(room) + LOOKAHEAD
    window = window_of(signer.lane or 0, size=size, now=newest_block_time())
    if not (window.operations or window.expired):
        return
    free, kept = _not_behind_calls(signer, window, found)
    packing = batching.packed(free, profile, room)
    found.packs = [batching.envelope(signer, pack) for pack in packing.packs]
    found.progress = window.advanced([*packing.deferred, *kept])
    if window.expired:
        found.given_up.append(batching.expired(signer, window.expired))


def _most_words(room: int) -> int:
    return min(room * batching.USUAL_BATCH, MOST_AT_ONCE)


def _not_behind_calls(
    signer: Signer, window: Window, found: Claim
) -> tuple[list[Waiting], list[Waiting]]:
    """Part the operations whose loan has an earlier call that is not sent yet."""
    going = {batch.pk for batch in found.calls}
    rows = signer.batches.filter(status=BatchStatus.PLANNED)
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


def _store(held: Lease, signer: Signer, found: Claim, fees: Fees, mined: int) -> list[Batch]:
    """Give nonces, sign, and write all of it at once; the database refuses a double nonce.

    `mined` is how many of the key's transactions the chain has. Nobody else numbers while the
    lease is held; where a call has been cancelled meanwhile nothing is stored, and nothing sent.
    """
    _number(signer, found, fees, mined)
    seal(found.chosen)
    with transaction.atomic():
        held.locked()
        if found.calls and not _still_planned(signer, found.calls):
            return []
        for batch in found.given_up:
            batch.save()
        Batch.objects.bulk_update(
            found.calls,
            [
                *("nonce", "gas_limit", "gas_modelled", "simulated", "max_fee_wei"),
                *("priority_fee_wei", "claimed_at", "error", "signature", "tx_hash", "status"),
            ],
        )
        bulk.insert(found.packs)
        if found.progress is not None:
            found.progress.save()
        reached("claim.storing")
    reached("claim.stored")
    return found.chosen


def _still_planned(signer: Signer, calls: list[Batch]) -> bool:
    """Lock the calls and tell whether nobody cancelled one or gave it to another key meanwhile."""
    planned = signer.batches.filter(status=BatchStatus.PLANNED)
    locked = planned.select_for_update().filter(pk__in=[batch.pk for batch in calls])
    return len(locked.values_list("pk", flat=True)) == len(calls)


def _number(signer: Signer, found: Claim, fees: Fees, mined: int) -> None:
    used, now = _last_nonce(signer)
    first = mined if used is None else max(mined, used + 1)
    for nonce, batch in enumerate(found.chosen, start=first):
        batch.nonce = nonce
        batch.max_fee_wei = fees.max_fee_wei
        batch.priority_fee_wei = fees.priority_fee_wei
        batch.claimed_at = now
        batch.client_key = batch.client_key or f"settle:{signer.pk}:{nonce}"


def _last_nonce(signer: Signer) -> tuple[int | None, datetime]:
    """Return the highest nonce that the key was given, and the database's time."""
    with connection.cursor() as cursor:
        # With the chain's id, so that the index of nonces answers.
        cursor.execute(
            "SELECT max(nonce), statement_timestamp() FROM settlement_batch "
            "WHERE chain_id = %s AND signer_id = %s",
            [signer.chain_id, signer.pk],
        )
        used, now = cursor.fetchone()
    return used, now
