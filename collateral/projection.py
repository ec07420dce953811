"""What the registries say on chain, mirrored into our rows in the order it happened."""

from typing import Any

from django.db.models import F

from collateral import moved
from collateral.domain.addresses import checksum_address
from collateral.models import (
    ApplicationStatus,
    Asset,
    AssetChange,
    AssetStatus,
    Attestation,
    Challenge,
    ChallengeStatus,
    JointDecision,
    JointKind,
    JointStatus,
    RenewalStatus,
    Verifier,
    VerifierApplication,
    VerifierAuthority,
    VerifierExposure,
)
from collateral.models.assets import ON_CHAIN
from collateral.services.changes import note_changes
from contracts.types import Event
from settlement import projection

_STATUS_ON_CHAIN = {
    1: AssetStatus.MINTED,
    2: AssetStatus.FROZEN,
    3: AssetStatus.REVOKED,
}
_REFUSED = "The registry refused the mint with "
_RULINGS = {
    "ChallengeUpheld": ChallengeStatus.UPHELD,
    "ChallengeDismissed": ChallengeStatus.DISMISSED,
    "ChallengeLapsed": ChallengeStatus.LAPSED,
}


def register() -> None:
    """Tell the event reader which events concern collateral, and what their handlers write."""
    projection.register_rows(Challenge, VerifierAuthority, VerifierExposure)
    projection.register_writer(moved.write, moved.discard)
    for table in TABLES:
        projection.register_table(table)
    for name, handler in (
        ("AssetMinted", asset_minted),
        ("AssetReattested", asset_reattested),
        ("AssetExpired", asset_expired),
        ("MintFailed", mint_failed),
        ("AttestationSpent", attestation_spent),
        ("AttestationRevoked", attestation_revoked),
        ("AssetStatusChanged", asset_status_changed),
        ("Transfer", asset_transferred),
        ("Locked", asset_locked),
        ("Unlocked", asset_unlocked),
    ):
        projection.register("AssetRegistry", name, _in_order(handler))
    for name, handler in (
        ("VerifierSet", verifier_set),
        ("BondDeposited", bond_deposited),
        ("LrtBondDeposited", lrt_bond_deposited),
        ("LrtBondProven", lrt_bond_proven),
        ("UnbondingStarted", unbonding_started),
        ("BondWithdrawn", bond_withdrawn),
        ("BondSlashed", bond_slashed),
        ("ExposureTaken", exposure_taken),
        ("ExposureReleased", exposure_released),
        ("ChallengeOpened", challenge_opened),
        ("ChallengeUpheld", challenge_ended),
        ("ChallengeDismissed", challenge_ended),
        ("ChallengeLapsed", challenge_ended),
    ):
        projection.register("VerifierRegistry", name, _in_order(handler))


def _in_order(handler: projection.Handler) -> projection.Handler:
    """Return a handler before which all that was noted is written, unless it only notes."""
    if handler in NOTING:
        return handler

    def handle(event: Event) -> None:
        moved.write()
        handler(event)

    return handle


def asset_minted(event: Event) -> None:
    """Record the token, its appraisal cap (ledger units) and its validity (unix seconds)."""
    moved.mint(_anchor(event.args), event)


def asset_reattested(event: Event) -> None:
    """Record the fresh quorum's cap (ledger units) and validity (unix seconds)."""
    args = event.args
    _token(event).update(
        renewal=RenewalStatus.NONE,
        appraisal_cap_units=int(args["appraisalCap"]),
        attested_at=int(args["attestedAt"]),
        valid_until=int(args["validUntil"]),
    )
    _tell(event, "renewed", "Verifiers vouch for it anew.")


def asset_expired(event: Event) -> None:
    """Record that nobody vouches for the asset any more (unix seconds)."""
    _token(event).update(valid_until=int(event.args["validUntil"]))


def mint_failed(event: Event) -> None:
    """Record that the registry refused this asset; the others of its transaction went on."""
    reason = str(event.args["reason"])
    Asset.objects.filter(anchor=_anchor(event.args), status=AssetStatus.MINTING).update(
        status=AssetStatus.MINT_FAILED,
        status_reason=f"{_REFUSED}{reason}"[:300],
    )


def attestation_spent(event: Event) -> None:
    """Mark an attestation as used; its id is never used again."""
    moved.spend(_hex(event.args["uid"]))


def attestation_revoked(event: Event) -> None:
    """Mark an attestation that its verifier took back; what two people decided is done."""
    uid = _hex(event.args["uid"])
    Attestation.objects.filter(uid=uid).update(revoked=True)
    JointDecision.objects.filter(attestation__uid=uid, status=JointStatus.CONFIRMED).update(
        status=JointStatus.DONE
    )
    _tell(event, "revoked", "An attestation was revoked: nothing new can be borrowed on it.")


def asset_status_changed(event: Event) -> None:
    """Follow a freeze, a revocation or their end."""
    status = _STATUS_ON_CHAIN.get(int(event.args["status"]))
    if status is None:
        return
    _token(event).update(status=status)
    if status != AssetStatus.MINTED:
        JointDecision.objects.filter(
            asset__token_id=int(event.args["tokenId"]),
            kind=JointKind.FREEZE,
            status=JointStatus.CONFIRMED,
        ).update(status=JointStatus.DONE)
    _tell(event, "status", f"The ledger says: {status.label.lower()}.")


def asset_transferred(event: Event) -> None:
    """Record who holds the token; a lane holds a pledged one."""
    moved.move(int(event.args["tokenId"]), holder=event.args["to"])


def asset_locked(event: Event) -> None:
    """Mark a token as pledged."""
    moved.move(int(event.args["tokenId"]), locked=True)


def asset_unlocked(event: Event) -> None:
    """Mark a token as free again."""
    moved.move(int(event.args["tokenId"]), locked=False)


def verifier_set(event: Event) -> None:
    """Record in which roles a verifier may attest a class."""
    verifier = _verifier(event)
    VerifierAuthority.objects.update_or_create(
        verifier=verifier,
        class_id=int(event.args["classId"]),
        defaults={"roles": int(event.args["roles"])},
    )
    if int(event.args["roles"]):
        VerifierApplication.objects.filter(
            address=verifier.address,
            class_id=int(event.args["classId"]),
            status=ApplicationStatus.OPEN,
        ).update(status=ApplicationStatus.ADMITTED)


def bond_deposited(event: Event) -> None:
    """Add to a verifier's bond (ledger units)."""
    _change(event, bond_units=int(event.args["amount"]))


def lrt_bond_deposited(event: Event) -> None:
    """Add to a verifier's restaking tokens (base units)."""
    verifier = _change(event, lrt_bond_wei=int(event.args["lrtAmount"]))
    Verifier.objects.filter(pk=verifier.pk).update(lrt_address=event.args["token"])


def lrt_bond_proven(event: Event) -> None:
    """Record at what value restaking tokens counted, and in which round (ledger units)."""
    verifier = _verifier(event)
    Verifier.objects.filter(pk=verifier.pk).update(
        lrt_value_units=int(event.args["value"]), lrt_round=int(event.args["round"])
    )


def unbonding_started(event: Event) -> None:
    """Move a part of the bond to what is on its way out."""
    amount, lrt_amount = int(event.args["amount"]), int(event.args["lrtAmount"])
    verifier = _change(
        event,
        bond_units=-amount,
        unbonding_units=amount,
        lrt_bond_wei=-lrt_amount,
        lrt_unbonding_wei=lrt_amount,
    )
    Verifier.objects.filter(pk=verifier.pk).update(unbonding_ready_at=int(event.args["readyAt"]))


def bond_withdrawn(event: Event) -> None:
    """Take what has left."""
    _change(
        event,
        unbonding_units=-int(event.args["amount"]),
        lrt_unbonding_wei=-int(event.args["lrtAmount"]),
    )


def bond_slashed(event: Event) -> None:
    """Take what was slashed, from the bond and from what was on its way out."""
    args = event.args
    leaving, lrt_leaving = int(args["fromUnbonding"]), int(args["lrtFromUnbonding"])
    _change(
        event,
        bond_units=leaving - int(args["amount"]),
        unbonding_units=-leaving,
        lrt_bond_wei=lrt_leaving - int(args["lrtAmount"]),
        lrt_unbonding_wei=-lrt_leaving,
    )


def exposure_taken(event: Event) -> None:
    """Add what an attestation commits of the bond until the end of a week (ledger units)."""
    _commit(event, int(event.args["committed"]))


def exposure_released(event: Event) -> None:
    """Take what is not committed any more (ledger units)."""
    _commit(event, -int(event.args["committed"]))


def _commit(event: Event, units: int) -> None:
    moved.commit(checksum_address(event.args["verifier"]), int(event.args["week"]), units)


def challenge_opened(event: Event) -> None:
    """Record a challenge; governance rules on it."""
    args = event.args
    Challenge.objects.create(
        verifier=_verifier(event),
        uid=_hex(args["uid"]),
        challenger_address=args["challenger"],
        bond_units=int(args["bond"]),
        evidence_hash=_hex(args["evidenceHash"]),
        opened_at=event.block_time,
    )


def challenge_ended(event: Event) -> None:
    """Record how a challenge ended."""
    Challenge.objects.filter(
        verifier=_verifier(event), uid=_hex(event.args["uid"]), status=ChallengeStatus.OPEN
    ).update(status=_RULINGS[event.name])


def _change(event: Event, **amounts: int) -> Verifier:
    verifier = _verifier(event)
    changes = {name: F(name) + amount for name, amount in amounts.items()}
    Verifier.objects.filter(pk=verifier.pk).update(**changes)
    return verifier


def _verifier(event: Event) -> Verifier:
    address = checksum_address(event.args["verifier"])
    return Verifier.objects.get_or_create(address=address)[0]


def _tell(event: Event, kind: str, text: str) -> None:
    """Add a line to the asset's history; reading a block again adds none."""
    key = f"{event.tx_hash}:{event.log_index}"
    note_changes(
        AssetChange(asset_id=pk, kind=kind, text=text, key=key)
        for pk in _token(event).values_list("pk", flat=True)
    )


def _token(event: Event) -> Any:
    return Asset.objects.filter(token_id=int(event.args["tokenId"]))


def _anchor(args: Any) -> str:
    """Return a token id as the anchor that it is."""
    return "0x" + int(args["tokenId"]).to_bytes(32, "big").hex()


def _hex(value: bytes | str) -> str:
    return value if isinstance(value, str) else "0x" + value.hex()


# Handlers that only note what happened.
NOTING = (
    asset_minted,
    asset_transferred,
    asset_locked,
    asset_unlocked,
    attestation_spent,
    exposure_taken,
    exposure_released,
)


def forget_tokens() -> None:
    """Take assets back to where their mint was under way; what owners said of them stays."""
    minted = Asset.objects.filter(status__in=ON_CHAIN)
    minted.update(status=AssetStatus.MINTING, status_reason="")
    refused = Asset.objects.filter(
        status=AssetStatus.MINT_FAILED, status_reason__startswith=_REFUSED
    )
    refused.update(status=AssetStatus.MINTING)
    Asset.objects.filter(token_id__isnull=False).update(
        token_id=None,
        appraisal_cap_units=None,
        attested_at=None,
        valid_until=None,
        holder_address="",
    )


def forget_bonds() -> None:
    """Take verifiers back to where none had a bond."""
    Verifier.objects.update(
        bond_units=0,
        unbonding_units=0,
        committed_units=0,
        lrt_address="",
        lrt_bond_wei=0,
        lrt_unbonding_wei=0,
    )


def forget_spending() -> None:
    """Take attestations back to where none was used or revoked on the chain."""
    Attestation.objects.update(spent=False, revoked=False)


TABLES = (
    projection.Projected(
        model=Asset,
        fields=(
            *("id", "token_id", "status", "appraisal_cap_units", "attested_at", "valid_until"),
            "holder_address",
        ),
        reset=forget_tokens,
    ),
    projection.Projected(
        model=Verifier,
        fields=(
            *("address", "bond_units", "unbonding_units", "committed_units"),
            *("lrt_address", "lrt_bond_wei", "lrt_unbonding_wei"),
        ),
        reset=forget_bonds,
    ),
    projection.Projected(
        model=Attestation, fields=("uid", "spent", "revoked"), reset=forget_spending
    ),
)
