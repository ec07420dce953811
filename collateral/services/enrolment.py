"""Enrolling the key of a device: the owner asks, the device signs a number, both in one call."""

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from collateral.domain.classes import Role
from collateral.domain.telemetry.enrolment import enrolment_digest, owner_text
from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind, canonical_key, verifies
from collateral.models import Asset, Device, DeviceHead, EnrolmentChallenge
from collateral.services.uptime import current_round
from contracts.wallet import SignatureInvalid, recover_text

CHALLENGE_LIFE_S = 600
NONCE_BYTES = 32


@dataclass(frozen=True)
class Enrolment:
    """What must be signed to enrol a device: the hash by the device, the text by the owner."""

    challenge: EnrolmentChallenge
    digest: bytes
    text: str


def offer_key(*, asset_id: int, kind: str, public_key: bytes, now_s: int) -> Enrolment:
    """Return a fresh challenge for the key of a thing's device; times are unix seconds."""
    if kind not in set(KeyKind):
        raise TelemetryError(
            "DEVICE_KEY", f"{kind[:40]!r} is no kind of key; use {', '.join(KeyKind)}."
        )
    key = canonical_key(KeyKind(kind), public_key)
    asset = Asset.objects.filter(pk=asset_id).select_related("owner").first()
    if asset is None or not asset.owner_address:
        raise TelemetryError("ASSET_UNKNOWN", f"There is no asset {asset_id} with an owner.")
    if not asset.asset_class.roles & Role.DEVICE:
        raise TelemetryError(
            "NOT_A_DEVICE", f"{asset.asset_class.label} holds no device that could report."
        )
    challenge = EnrolmentChallenge.objects.create(
        asset=asset,
        key_kind=kind,
        public_key=key,
        nonce=secrets.token_bytes(NONCE_BYTES),
        expires_at=now_s + CHALLENGE_LIFE_S,
    )
    return _to_sign(challenge)


def _to_sign(challenge: EnrolmentChallenge) -> Enrolment:
    arguments = {
        "asset_id": challenge.asset_id,
        "kind": challenge.key_kind,
        "public_key": bytes(challenge.public_key),
        "nonce": bytes(challenge.nonce),
    }
    return Enrolment(challenge, enrolment_digest(**arguments), owner_text(**arguments))


def enrol_device(
    *, nonce: bytes, device_signature: bytes, owner_signature: bytes, now_s: int
) -> Device:
    """Enrol the key that was offered, in place of the one that the thing had before.

    Raises ``TelemetryError`` when the challenge is spent or old, or a signature is not theirs.
    """
    with transaction.atomic():
        challenge = (
            EnrolmentChallenge.objects.select_for_update(of=["self"])
            .select_related("asset__owner")
            .filter(nonce=nonce)
            .first()
        )
        if challenge is None or challenge.used_at is not None or challenge.expires_at < now_s:
            raise TelemetryError(
                "CHALLENGE_SPENT", "The challenge is unknown, used or expired; ask for a new one."
            )
        _refuse_unsigned(_to_sign(challenge), device_signature, owner_signature)
        challenge.used_at = now_s
        challenge.save(update_fields=["used_at"])
        return _enrolled(challenge, now_s)


def _refuse_unsigned(asked: Enrolment, device_signature: bytes, owner_signature: bytes) -> None:
    challenge = asked.challenge
    kind = KeyKind(challenge.key_kind)
    if not verifies(kind, bytes(challenge.public_key), asked.digest, device_signature):
        raise TelemetryError(
            "SIGNATURE_INVALID", f"The device's signature is not by the {kind} key offered."
        )
    try:
        signer = recover_text(asked.text, owner_signature)
    except SignatureInvalid as error:
        raise TelemetryError("SIGNATURE_INVALID", f"The owner's signature: {error}") from error
    if signer != challenge.asset.owner_address:
        raise TelemetryError(
            "NOT_THE_OWNER",
            f"{signer} signed; the owner of the asset is {challenge.asset.owner_address}.",
        )


def _enrolled(challenge: EnrolmentChallenge, now_s: int) -> Device:
    asset = challenge.asset
    Device.objects.filter(asset=asset, retired_at__isnull=True).update(retired_at=now_s)
    try:
        with transaction.atomic():
            device = Device.objects.create(
                asset=asset,
                key_kind=challenge.key_kind,
                public_key=challenge.public_key,
                nameplate_w=asset.nameplate_w,
                first_round=current_round(now_s=now_s).number,
                enrolled_at=now_s,
            )
    except IntegrityError as error:
        raise TelemetryError(
            "DEVICE_KEY_TAKEN", "This key is enrolled already: one key names one device."
        ) from error
    DeviceHead.objects.create(device=device)
    return device
