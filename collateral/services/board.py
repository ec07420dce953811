"""A board's own word, taken as evidence: asked with a fresh nonce, checked, kept as a document."""

from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import transaction

from collateral.domain.device_tokens import check_token, token_nonce
from collateral.errors import RegistrationError
from collateral.models import Asset, AssetAnchor, Evidence
from collateral.services.changes import note_change
from collateral.services.evidence import attach_evidence
from collateral.services.uptime import answerable_rounds, current_round

DOCUMENT = "Device attestation"
_SCHEME = "device_cert"


def board_nonce(*, asset_id: int, now_s: int) -> str:
    """Return the nonce that the board of an asset is to answer now (hexadecimal)."""
    anchor, _ = _key_of(asset_id)
    return token_nonce(anchor=anchor, round_nonce=bytes(current_round(now_s=now_s).nonce))


def attest_board(*, asset_id: int, token: str, now_s: int) -> Evidence:
    """Check what a board says of itself and keep it among the asset's evidence.

    Raises ``TokenRefused`` for a token that proves nothing, and as ``attach_evidence`` does.
    """
    anchor, fingerprint = _key_of(asset_id)
    rounds = answerable_rounds(now_s=now_s)
    check_token(
        token,
        nonces=[token_nonce(anchor=anchor, round_nonce=nonce) for nonce in rounds],
        fingerprint=fingerprint,
        roots=_roots(),
        now_s=now_s,
    )
    with transaction.atomic():
        kept = attach_evidence(
            asset_id=asset_id,
            kind=DOCUMENT,
            content=token.strip().encode(),
            file_name="device-attestation.txt",
        )
        note_change(
            asset_id=asset_id,
            kind="board",
            text="The board answered with the key of its certificate, which its maker vouches for.",
        )
    return kept


def _key_of(asset_id: int) -> tuple[bytes, str]:
    """Return the asset's first anchor, and the fingerprint of the key that it is registered by."""
    asset = Asset.objects.filter(pk=asset_id).first()
    if asset is None:
        raise RegistrationError("ASSET_UNKNOWN", f"There is no asset {asset_id}.")
    key = AssetAnchor.objects.filter(asset=asset, scheme=_SCHEME).order_by("position").first()
    if key is None:
        raise RegistrationError(
            "NO_DEVICE_KEY", f"{asset} is not registered by the key of a device certificate."
        )
    return bytes.fromhex(asset.anchor[2:]), key.canonical


def _roots() -> list[x509.Certificate]:
    """Return the makers' roots that the operator trusts; raises where there are none."""
    if not settings.DEVICE_ROOTS:
        raise RegistrationError(
            "NO_DEVICE_ROOTS", "The operator trusts no maker's certificates yet (DEVICE_ROOTS)."
        )
    try:
        return x509.load_pem_x509_certificates(Path(settings.DEVICE_ROOTS).read_bytes())
    except (OSError, ValueError) as error:
        raise RegistrationError(
            "NO_DEVICE_ROOTS", "The makers' certificates cannot be read; tell the operator."
        ) from error
