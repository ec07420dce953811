"""Asking for a call to be sent: a row and nothing else."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from contracts.abi import encode_call
from contracts.deployment_record import load
from settlement.domain.access import text_of
from settlement.domain.kinds import Call, call_access
from settlement.doorbell import ring
from settlement.errors import RetryRefused
from settlement.models import Batch, BatchStatus, Lane, Signer
from settlement.services.planning import SETTLE, access_of, key_for
from settlement.services.signers import keys_for
from settlement.wallets import RELAYER


def submit_call(
    *,
    client_key: str,
    kind: str,
    contract: str,
    function: str,
    args: Sequence[Any],
    lane: int | None = None,
    purpose: str = RELAYER,
    priority: int = 0,
    deadline: int | None = None,
) -> Batch:
    """Write the envelope of a call and return it; the same key gives the same row.

    A call on a lane goes through the lane's key, after what the lane already has on its loan.
    `deadline` is in unix seconds of the chain; what was not sent by then is given up.
    """
    known = _known(client_key)
    if known is not None:
        return known
    signer = _key_of(lane, purpose, contract, function, args)
    batch = Batch(
        client_key=client_key,
        kind=kind,
        lane=lane,
        chain_id=settings.CHAIN_ID,
        signer=signer,
        contract=contract,
        function=function,
        priority=priority,
        deadline=deadline,
        after_number=_next_number(lane),
        to_address=load().address(contract),
        data=encode_call(contract, function, args),
        **_declared(contract, function, Call(args, signer.address, lane)),
    )
    with transaction.atomic():
        stored = _stored_once(batch)
        ring("settlement.tasks.pump_signer", signer.pk)
    return stored


def _key_of(
    lane: int | None, purpose: str, contract: str, function: str, args: Sequence[Any]
) -> Signer:
    """Return the key that sends: the lane's, or the one of the pool where the planner puts it."""
    keys = keys_for(lane=lane, purpose=purpose)
    if len(keys) == 1:
        return keys[0]
    call = Call(args, keys[0].address, lane)
    return key_for(keys, call_access(contract=contract, function=function, call=call))


def _declared(contract: str, function: str, call: Call) -> dict[str, list[str]]:
    access = call_access(contract=contract, function=function, call=call)
    sets = {"reads": access.reads, "writes": access.writes, "adds": access.adds}
    return {name: sorted(map(text_of, keys)) for name, keys in sets.items()}


def _next_number(lane: int | None) -> int:
    """Return the number that the lane gives next: operations from there on came later."""
    found = Lane.objects.filter(number=lane).values_list("next_operation", flat=True).first()
    return found or 1


def _known(client_key: str) -> Batch | None:
    return Batch.objects.filter(client_key=client_key).first()


def _stored_once(batch: Batch) -> Batch:
    """Return the row, or the one that somebody else has just stored under its key."""
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:
        return Batch.objects.get(client_key=batch.client_key)
    return batch


def hand_over(signer: Signer) -> int:
    """Give the waiting calls of a key that cannot send to keys of the pool; return how many.

    Words of its lane stay: the contract lets only the lane's own key settle them, so they wait
    until it sends again or has been rotated. So do calls that would move the sender's own tokens.
    """
    keys = [each for each in keys_for(lane=None, purpose=RELAYER) if each.pk != signer.pk]
    waiting = signer.batches.filter(status=BatchStatus.PLANNED)
    moved = 0
    for batch in waiting.exclude(kind=SETTLE).order_by("pk") if keys else ():
        if any(key.endswith(signer.address) for key in (*batch.writes, *batch.adds)):
            continue
        key = key_for(keys, access_of(batch))
        moved += waiting.filter(pk=batch.pk).update(signer=key)
        ring("settlement.tasks.pump_signer", key.pk)
    return moved


def retry(batch: Batch) -> Batch:
    """Send again what ended without effect; settle words keep their ids, so none applies twice.

    A call that never left is planned again in its own row; one that was mined gets a new row.
    """
    with transaction.atomic():
        stored = Batch.objects.select_for_update().get(pk=batch.pk)
        if stored.status not in (BatchStatus.DEAD, BatchStatus.REVERTED):
            raise RetryRefused(
                f"Batch {stored.pk} is {stored.status}; only a dead or reverted one can be retried."
            )
        ring("settlement.tasks.pump_signer", stored.signer_id)
        return _again(stored)


def _again(stored: Batch) -> Batch:
    if stored.nonce is None:
        stored.status, stored.error, stored.failure = BatchStatus.PLANNED, "", ""
        stored.save(update_fields=["status", "error", "failure"])
        return stored
    copied = ("kind", "lane", "chain_id", "signer", "contract", "function", "to_address")
    copied += ("data", "first_number", "last_number", "count", "gas_modelled")
    copied += ("reads", "writes", "adds", "after_number", "priority", "deadline")
    base = stored.client_key.split("#", 1)[0]
    attempt = Batch.objects.filter(client_key__startswith=f"{base}#").count() + 2
    return Batch.objects.create(
        client_key=f"{base}#{attempt}", **{name: getattr(stored, name) for name in copied}
    )
