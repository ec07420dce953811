"""Locations of devices: a signed claim, signed sightings by others, and one accepted place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind, verifies
from collateral.domain.telemetry.location import (
    MAX_SIGHTING_AGE_S,
    Place,
    Witness,
    claim_digest,
    judge_location,
    read_cell,
    sighting_digest,
)
from collateral.models import Device, LocationClaim
from collateral.models.assets import ON_CHAIN
from collateral.services.uptime import answerable_rounds

MAX_SIGHTINGS = 50


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A witness's device and its signature."""

    witness: int
    signature: bytes


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Where a device says it stands, over the nonce of an open round, with its signature."""

    device: int
    cell: str
    at: int
    nonce: bytes
    signature: bytes


def witness_location(*, claim: Claim, sightings: Sequence[Sighting], now_s: int) -> LocationClaim:
    """Accept a device's place when enough others near by, of other owners, signed for it.

    Raises ``TelemetryError`` otherwise; ``now_s`` is unix seconds.
    """
    place = Place(read_cell(claim.cell), claim.at)
    _refuse_untimely(claim, now_s)
    if len(sightings) > MAX_SIGHTINGS:
        raise TelemetryError(
            "BULK_TOO_LARGE", f"At most {MAX_SIGHTINGS} sightings support a claim."
        )
    with transaction.atomic():
        device, others_in_cell = _claimant(claim.device, place.cell)
        digest = claim_digest(device=device.pk, place=place, nonce=claim.nonce)
        _refuse_unsigned(device, digest, claim.signature)
        witnesses = _witnesses(device, place, claim.nonce, sightings)
        judge_location(
            place,
            owner=device.asset.owner_address,
            before=Place(device.cell, device.cell_at) if device.cell_at else None,
            witnesses=[_as_witness(one) for one in witnesses],
            others_in_cell=others_in_cell,
        )
        return _accepted(device, place, witnesses)


def _refuse_untimely(claim: Claim, now_s: int) -> None:
    if abs(claim.at - now_s) > MAX_SIGHTING_AGE_S:
        raise TelemetryError(
            "CLOCK_SKEW", f"at is {claim.at - now_s:+d} s from now; {MAX_SIGHTING_AGE_S} s allowed."
        )
    if claim.nonce not in answerable_rounds(now_s=now_s):
        raise TelemetryError("NONCE_STALE", "The nonce is not that of an open round.")


def _claimant(device_id: int, cell: str) -> tuple[Device, int]:
    """Return the device and how many others stand in the cell, all of them locked.

    One query locks them in order of their ids, so that claims neither wait in a ring nor take the
    last place of a cell twice.
    """
    involved = Device.objects.select_for_update(of=["self"]).select_related("asset__owner")
    list(involved.filter(Q(cell=cell) | Q(pk=device_id)).order_by("pk"))
    device = _active([device_id]).get(device_id)
    if device is None:
        raise TelemetryError("DEVICE_UNKNOWN", f"Device {device_id} is not enrolled.")
    return device, Device.objects.filter(cell=cell).exclude(pk=device_id).count()


def _active(device_ids: Sequence[int]) -> Mapping[int, Device]:
    rows = Device.objects.select_related("asset__owner")
    return {one.pk: one for one in rows.filter(pk__in=device_ids, retired_at__isnull=True)}


def _refuse_unsigned(device: Device, digest: bytes, signature: bytes) -> None:
    if not verifies(KeyKind(device.key_kind), bytes(device.public_key), digest, signature):
        raise TelemetryError(
            "SIGNATURE_INVALID", f"The signature is not by the key of device {device.pk}."
        )


def _witnesses(
    device: Device, place: Place, nonce: bytes, sightings: Sequence[Sighting]
) -> list[Device]:
    known = _active([one.witness for one in sightings])
    for one in sightings:
        witness = known.get(one.witness)
        if witness is None or witness.pk == device.pk:
            raise TelemetryError(
                "DEVICE_UNKNOWN", f"Device {one.witness} is not enrolled, or is the claimant."
            )
        digest = sighting_digest(witness=witness.pk, device=device.pk, place=place, nonce=nonce)
        _refuse_unsigned(witness, digest, one.signature)
    return list(known.values())


def _as_witness(device: Device) -> Witness:
    return Witness(device.pk, device.asset.owner_address, _standing(device))


def _standing(device: Device) -> str:
    """Return where a device stands: as witnessed, else as verifiers attested."""
    if device.cell or device.asset.status not in ON_CHAIN:
        return device.cell
    try:
        return read_cell(str(device.asset.attributes.get("location_h3", "")))
    except TelemetryError:
        return ""


def _accepted(device: Device, place: Place, witnesses: Sequence[Device]) -> LocationClaim:
    device.cell, device.cell_at = place.cell, place.at
    device.save(update_fields=["cell", "cell_at"])
    accepted = LocationClaim.objects.create(device=device, cell=place.cell, at=place.at)
    accepted.witnesses.set(witnesses)
    return accepted
