"""The steps of what two people decide, whatever it is: propose, confirm, decline."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from collateral.domain.verification import VerificationError
from collateral.models.joint import LEAST_REASON, MOST_REASON, JointStatus, TwoPeopleDecision

Decision = TypeVar("Decision", bound=TwoPeopleDecision)


def propose(*, model: type[Decision], reason: str, user: AbstractUser, **what: Any) -> Decision:
    """Propose a decision; refuses one without a reason, and one that is open already."""
    text = " ".join(reason.split())
    if not LEAST_REASON <= len(text) <= MOST_REASON:
        raise VerificationError(
            "REASON_NEEDED",
            f"Give the reason in {LEAST_REASON} to {MOST_REASON} characters; it stays on record.",
        )
    try:
        with transaction.atomic():
            return model._default_manager.create(reason=text, proposed_by=user, **what)
    except IntegrityError as error:
        raise VerificationError(
            "DECISION_OPEN", f"{what['asset']}: this is proposed already; decide that first."
        ) from error


def confirm(
    *, model: type[Decision], pk: int, user: AbstractUser, related: Sequence[str] = ()
) -> Decision:
    """Confirm what another person proposed; refuses the one who did. Call it in a transaction."""
    decision = _open(model, pk, related)
    if decision.proposed_by_id == user.pk:
        raise VerificationError(
            "SECOND_PERSON_NEEDED", "You proposed this yourself; another person must confirm it."
        )
    return _decide(decision, JointStatus.CONFIRMED, user)


def decline(*, model: type[Decision], pk: int, user: AbstractUser) -> Decision:
    """Decline a proposal, or take back one's own."""
    with transaction.atomic():
        return _decide(_open(model, pk, ()), JointStatus.DECLINED, user)


def _open(model: type[Decision], pk: int, related: Sequence[str]) -> Decision:
    """Return a proposal that nobody has decided, locked until the transaction ends."""
    decision = (
        model._default_manager.select_for_update(of=("self",))
        .select_related("proposed_by", *related)
        .get(pk=pk)
    )
    if decision.status != JointStatus.PROPOSED:
        raise VerificationError(
            "DECISION_CLOSED", f"This is {decision.get_status_display().lower()} already."
        )
    return decision


def _decide(decision: Decision, status: JointStatus, user: AbstractUser) -> Decision:
    decision.status, decision.decided_by, decision.decided_at = status, user, timezone.now()
    decision.save(update_fields=["status", "decided_by", "decided_at"])
    return decision
