"""What an operator may do to the engine: with a reason, and leaving a row, done or refused."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now

from settlement.doorbell import ring
from settlement.errors import ActionRefused, SettlementError
from settlement.models import (
    OPEN,
    Batch,
    BatchStatus,
    Failure,
    Incident,
    OperatorAction,
    Signer,
)
from settlement.services.calls import hand_over, retry
from settlement.services.pumping import REPLACE_AFTER_S, RESEND_AFTER_S


def speed_up(*, batch: Batch, actor: AbstractBaseUser, reason: str) -> str:
    """Have a transaction on its way replaced at higher fees now; return what was done."""

    def act() -> str:
        changed = Batch.objects.filter(pk=batch.pk, status=BatchStatus.SENT).update(
            sent_at=Now() - timedelta(seconds=REPLACE_AFTER_S + 1),
            broadcast_at=Now() - timedelta(seconds=RESEND_AFTER_S + 1),
        )
        _require(changed, f"Batch {batch.pk} is not on its way; only what was sent is replaced.")
        ring("settlement.tasks.pump_signer", batch.signer_id)
        return f"Batch {batch.pk} is replaced at higher fees."

    return _audited("speed up", f"batch {batch.pk}", actor, reason, act)


def cancel(*, batch: Batch, actor: AbstractBaseUser, reason: str) -> str:
    """Give up a call; return what was done.

    One with a nonce may be mined whatever we do: a transfer of nothing takes its place, and only
    when that is final has the call failed.
    """

    def act() -> str:
        calls = Batch.objects.filter(pk=batch.pk, first_number=None, cancelled="")
        told = f"Cancelled by {actor.get_username()}: {reason}"
        waiting = calls.filter(status=BatchStatus.PLANNED)
        if waiting.update(status=BatchStatus.DEAD, failure=Failure.CANCELLED, error=told):
            return f"Batch {batch.pk} is cancelled."
        _require(
            calls.filter(status__in=OPEN).update(cancelled=told),
            f"Batch {batch.pk} holds operations, has ended, or is being cancelled; only a call "
            "that is not mined yet can be. To hold operations back, pause their lane.",
        )
        ring("settlement.tasks.pump_signer", batch.signer_id)
        return (
            f"A transfer of nothing takes the nonce of batch {batch.pk}: when that is final the "
            "call has failed, unless it was mined first."
        )

    return _audited("cancel", f"batch {batch.pk}", actor, reason, act)


def requeue(*, batch: Batch, actor: AbstractBaseUser, reason: str) -> str:
    """Send again what ended without effect; return what was done."""

    def act() -> str:
        return f"Batch {batch.pk} is sent again as batch {retry(batch).pk}."

    return _audited("requeue", f"batch {batch.pk}", actor, reason, act)


def pause(*, signer: Signer, actor: AbstractBaseUser, reason: str) -> str:
    """Send nothing new with a key, and so on its lane; what is on its way goes on."""

    def act() -> str:
        changed = Signer.objects.filter(pk=signer.pk, paused="").update(paused=reason[:200])
        _require(changed, f"{signer} is paused already.")
        moved = hand_over(signer)
        return f"{signer} is paused; {moved} calls that waited went to other keys."

    return _audited("pause", str(signer), actor, reason, act)


def resume(*, signer: Signer, actor: AbstractBaseUser, reason: str) -> str:
    """Let a paused key send again; return what was done."""

    def act() -> str:
        changed = Signer.objects.filter(pk=signer.pk).exclude(paused="").update(paused="")
        _require(changed, f"{signer} is not paused.")
        ring("settlement.tasks.pump_signer", signer.pk)
        return f"{signer} sends again."

    return _audited("resume", str(signer), actor, reason, act)


def close_incident(*, incident: Incident, actor: AbstractBaseUser, reason: str) -> str:
    """Note that somebody has seen an incident and dealt with it; return what was done."""

    def act() -> str:
        changed = Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_at=Now())
        _require(changed, f"Incident {incident.pk} is closed already.")
        return f"Incident {incident.pk} is closed."

    return _audited("close", f"incident {incident.pk}", actor, reason, act)


def _require(changed: int, otherwise: str) -> None:
    if not changed:
        raise ActionRefused(otherwise)


def _audited(
    action: str, target: str, actor: AbstractBaseUser, reason: str, act: Callable[[], str]
) -> str:
    """Act and write down who did so, and why; a refusal is written down too, and raised."""
    if not reason.strip():
        raise ActionRefused("Say why: every act of an operator has a reason.")
    row = OperatorAction(actor=actor, action=action, target=target[:80], reason=reason[:300])
    try:
        with transaction.atomic():
            row.outcome = act()
            row.save()
    except SettlementError as error:
        row.outcome = f"Refused: {error}"[:400]
        row.save()
        raise
    return row.outcome
