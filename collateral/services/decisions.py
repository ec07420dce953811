"""Revocation and freeze: what one person proposes and another confirms."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from collateral.domain.verification import VerificationError
from collateral.models import (
    Asset,
    AssetStatus,
    Attestation,
    JointDecision,
    JointKind,
    JointStatus,
)
from collateral.services import joint
from collateral.services.changes import note_change
from collateral.services.minting import standing_request
from contracts.client import Chain
from settlement.services import submit_call

DECIDES = "collateral.change_jointdecision"
_BEFORE_MINT = (AssetStatus.SUBMITTED, AssetStatus.VERIFIED)


def propose_revocation(*, attestation_id: int, reason: str, user: AbstractUser) -> JointDecision:
    """Propose that an attestation is taken back; nothing happens before a second person agrees."""
    attestation = Attestation.objects.select_related("request__asset").get(pk=attestation_id)
    if attestation.revoked:
        raise VerificationError("REVOKED_ALREADY", f"{attestation} is revoked already.")
    asset = attestation.request.asset
    return _propose(asset, JointKind.REVOKE, reason, user, attestation)


def propose_freeze(*, asset_id: int, reason: str, user: AbstractUser) -> JointDecision:
    """Propose that governance freezes a token, so that it can be neither pledged nor moved."""
    asset = Asset.objects.get(pk=asset_id)
    if asset.status not in (AssetStatus.MINTED, AssetStatus.PLEDGED):
        raise VerificationError(
            "NO_LIVING_TOKEN",
            f"{asset} is {asset.get_status_display().lower()}; only a living token is frozen.",
        )
    return _propose(asset, JointKind.FREEZE, reason, user, None)


def _propose(
    asset: Asset,
    kind: JointKind,
    reason: str,
    user: AbstractUser,
    attestation: Attestation | None,
) -> JointDecision:
    return joint.propose(
        model=JointDecision,
        reason=reason,
        user=user,
        asset=asset,
        attestation=attestation,
        kind=kind,
    )


def confirm_decision(*, decision_id: int, user: AbstractUser) -> JointDecision:
    """Confirm what another person proposed; the one who proposed it is refused."""
    with transaction.atomic():
        decision = joint.confirm(
            model=JointDecision,
            pk=decision_id,
            user=user,
            related=("asset", "attestation__verifier"),
        )
        _refuse_strangers(decision, user)
        if decision.kind == JointKind.REVOKE:
            _revoke(decision)
        else:
            _tell(decision, "Two people ask governance to freeze the token")
    return decision


def _refuse_strangers(decision: JointDecision, user: AbstractUser) -> None:
    """Refuse two people of whom neither answers for the attestation nor has leave as staff."""
    attestation = decision.attestation
    people = (decision.proposed_by, user)
    if attestation is None or any(person.has_perm(DECIDES) for person in people):
        return
    if attestation.verifier.user_id not in {person.pk for person in people}:
        raise VerificationError(
            "NOT_YOUR_ATTESTATION",
            f"One of the two must stand for {attestation.verifier}, or be staff with leave to "
            "decide.",
        )


def decline_decision(*, decision_id: int, user: AbstractUser) -> JointDecision:
    """Decline a proposal, or take back one's own."""
    return joint.decline(model=JointDecision, pk=decision_id, user=user)


def _revoke(decision: JointDecision) -> None:
    """Take an unused attestation back here; a used one waits for its verifier's own wallet."""
    attestation = decision.attestation
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=decision.asset_id)
    if asset.status == AssetStatus.MINTING:
        raise VerificationError(
            "MINT_UNDER_WAY", f"{asset} is being minted. Confirm once the token is there."
        )
    if attestation.spent:
        _tell(decision, f"Two people revoke what {attestation.verifier} attested")
        return
    Attestation.objects.filter(pk=attestation.pk).update(revoked=True)
    Asset.objects.filter(pk=asset.pk, status__in=_BEFORE_MINT).update(
        status=AssetStatus.INCOMPLETE, status_reason=decision.reason
    )
    decision.status = JointStatus.DONE
    decision.save(update_fields=["status"])
    _tell(decision, f"What {attestation.verifier} attested was revoked by two people")


def _tell(decision: JointDecision, what: str) -> None:
    note_change(asset_id=decision.asset_id, kind=decision.kind, text=f"{what}: {decision.reason}")


def note_revocations(*, chain: Chain) -> int:
    """Bring revocations that verifiers have sent to the public list to our registry.

    Returns how many were queued. Safe to repeat: each attestation has one client key.
    """
    waiting = JointDecision.objects.filter(
        kind=JointKind.REVOKE, status=JointStatus.CONFIRMED, attestation__revoked=False
    ).select_related("asset", "attestation__verifier")
    decisions = list(waiting[:100])
    if not decisions:
        return 0
    times = chain.calls(
        [
            (
                "EAS",
                "getRevokeOffchain",
                (one.attestation.verifier.address, bytes.fromhex(one.attestation.uid[2:])),
            )
            for one in decisions
        ]
    )
    revoked = [one for one, time in zip(decisions, times, strict=True) if time]
    return sum(_queue_note(one) for one in revoked)


def _queue_note(decision: JointDecision) -> int:
    request = standing_request(decision.asset)
    places = [one["salt"] for one in request["attestations"]]
    if decision.attestation.salt not in places:
        return 0
    submit_call(
        client_key=f"revoke:{decision.attestation.uid}",
        kind="note_revocation",
        contract="AssetRegistry",
        function="noteRevocation",
        args=[request, places.index(decision.attestation.salt)],
    )
    return 1
