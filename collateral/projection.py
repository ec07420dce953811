"""What the registries say on chain, mirrored into our rows in the order it happened."""

from typing import Any

from django.db.models import F

from collateral.domain.addresses import checksum_address
from collateral.models import Asset, AssetStatus, Attestation, Verifier, VerifierAuthority
from contracts.types import Event
from settlement import projection

_STATUS_ON_CHAIN = {
    1: AssetStatus.MINTED,
    2: AssetStatus.FROZEN,
    3: AssetStatus.REVOKED,
}


def register() -> None:
    """Tell the event reader which events concern collateral."""
    for name, handler in (
        ("AssetMinted", asset_minted),
        ("MintFailed", mint_failed),
        ("AttestationSpent", attestation_spent),
        ("AssetStatusChanged", asset_status_changed),
        ("Transfer", asset_transferred),
        ("Locked", asset_locked),
        ("Unlocked", asset_unlocked),
    ):
        projection.register("AssetRegistry", name, handler)
    for name, handler in (
        ("VerifierSet", verifier_set),
        ("BondDeposited", bond_raised),
        ("BondWithdrawn", bond_lowered),
        ("BondSlashed", bond_lowered),
    ):
        projection.register("VerifierRegistry", name, handler)


def asset_minted(event: Event) -> None:
    """Record the token, its appraisal cap (ledger units) and its validity (unix seconds)."""
    args = event.args
    Asset.objects.filter(anchor=_anchor(args)).update(
        token_id=int(args["tokenId"]),
        status=AssetStatus.MINTED,
        status_reason="",
        appraisal_cap_units=int(args["appraisalCap"]),
        attested_at=int(args["attestedAt"]),
        valid_until=int(args["validUntil"]),
        holder_address=args["owner"],
    )


def mint_failed(event: Event) -> None:
    """Record that the registry refused this asset; the others of its transaction went on."""
    reason = str(event.args["reason"])
    Asset.objects.filter(anchor=_anchor(event.args), status=AssetStatus.MINTING).update(
        status=AssetStatus.MINT_FAILED,
        status_reason=f"The registry refused the mint with {reason}"[:300],
    )


def attestation_spent(event: Event) -> None:
    """Mark an attestation as used; its id is never used again."""
    Attestation.objects.filter(uid=_hex(event.args["uid"])).update(spent=True)


def asset_status_changed(event: Event) -> None:
    """Follow a freeze, a revocation or their end."""
    status = _STATUS_ON_CHAIN.get(int(event.args["status"]))
    if status:
        _token(event).update(status=status)


def asset_transferred(event: Event) -> None:
    """Record who holds the token; a lane holds a pledged one."""
    _token(event).update(holder_address=event.args["to"])


def asset_locked(event: Event) -> None:
    """Mark a token as pledged."""
    _token(event).filter(status=AssetStatus.MINTED).update(status=AssetStatus.PLEDGED)


def asset_unlocked(event: Event) -> None:
    """Mark a token as free again."""
    _token(event).filter(status=AssetStatus.PLEDGED).update(status=AssetStatus.MINTED)


def verifier_set(event: Event) -> None:
    """Record in which roles a verifier may attest a class."""
    verifier = _verifier(event)
    VerifierAuthority.objects.update_or_create(
        verifier=verifier,
        class_id=int(event.args["classId"]),
        defaults={"roles": int(event.args["roles"])},
    )


def bond_raised(event: Event) -> None:
    """Add to a verifier's bond (ledger units)."""
    _change_bond(event, int(event.args["amount"]))


def bond_lowered(event: Event) -> None:
    """Take from a verifier's bond (ledger units)."""
    _change_bond(event, -int(event.args["amount"]))


def _change_bond(event: Event, amount_units: int) -> None:
    verifier = _verifier(event)
    Verifier.objects.filter(pk=verifier.pk).update(bond_units=F("bond_units") + amount_units)


def _verifier(event: Event) -> Verifier:
    address = checksum_address(event.args["verifier"])
    return Verifier.objects.get_or_create(address=address)[0]


def _token(event: Event) -> Any:
    return Asset.objects.filter(token_id=int(event.args["tokenId"]))


def _anchor(args: Any) -> str:
    """Return a token id as the anchor that it is."""
    return "0x" + int(args["tokenId"]).to_bytes(32, "big").hex()


def _hex(value: bytes | str) -> str:
    return value if isinstance(value, str) else "0x" + value.hex()
