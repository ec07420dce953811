"""Where a device stands, by what independent others saw of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import h3

from collateral.domain.identifiers.base import IdentifierError
from collateral.domain.identifiers.places import MIN_DEVICE_RESOLUTION, hex_cell
from collateral.domain.telemetry.errors import TelemetryError

WITNESS_RESOLUTION = 8
MIN_WITNESSES = 3
MAX_SIGHTING_AGE_S = 120
MAX_SPEED_KMH = 900
MAX_DEVICES_IN_CELL = 4
_METRES_PER_KM = 1_000
_SECONDS_PER_HOUR = 3_600
_CLAIM = b"Ballast location 1"
_SIGHTING = b"Ballast sighting 1"


@dataclass(frozen=True)
class Place:
    """A cell and when: unix seconds."""

    cell: str
    at: int


@dataclass(frozen=True)
class Witness:
    """A device that saw the other: whose it is, and where it stands itself ('' if unknown)."""

    device: int
    owner: str
    cell: str


def read_cell(raw: str) -> str:
    """Return a cell fine enough to stand for one device (H3 resolution 12 or finer)."""
    try:
        cell = hex_cell(raw).canonical
    except IdentifierError as error:
        raise TelemetryError(error.code, error.sentence) from error
    if h3.get_resolution(cell) < MIN_DEVICE_RESOLUTION:
        raise TelemetryError(
            "LOCATION_COARSE",
            f"Cell {cell} has resolution {h3.get_resolution(cell)}; a device needs "
            f"{MIN_DEVICE_RESOLUTION} or finer.",
        )
    return str(h3.cell_to_parent(cell, MIN_DEVICE_RESOLUTION))


def claim_digest(*, device: int, place: Place, nonce: bytes) -> bytes:
    """Return the SHA-256 that a device signs to say where it stands."""
    return hashlib.sha256(_CLAIM + _placed(device, place) + nonce).digest()


def sighting_digest(*, witness: int, device: int, place: Place, nonce: bytes) -> bytes:
    """Return the SHA-256 that a witness signs to say that it heard the device there."""
    return hashlib.sha256(_SIGHTING + witness.to_bytes(8) + _placed(device, place) + nonce).digest()


def _placed(device: int, place: Place) -> bytes:
    cell = int(place.cell, 16)
    return device.to_bytes(8) + cell.to_bytes(8) + place.at.to_bytes(8)


def judge_location(
    place: Place,
    *,
    owner: str,
    before: Place | None,
    witnesses: Sequence[Witness],
    others_in_cell: int,
) -> None:
    """Refuse a claim that too few independent devices near by support, or that physics forbids.

    ``owner`` is the claimant's; ``before`` its last accepted place; ``others_in_cell`` counts the
    other devices in the same cell.
    """
    near = {one.owner for one in witnesses if one.owner != owner and _is_near(one, place)}
    if len(near) < MIN_WITNESSES:
        raise TelemetryError(
            "WITNESSES_TOO_FEW",
            f"{len(near)} independent owners' devices near by saw it; {MIN_WITNESSES} are needed.",
        )
    if others_in_cell >= MAX_DEVICES_IN_CELL:
        raise TelemetryError(
            "CELL_CROWDED",
            f"Cell {place.cell} holds {others_in_cell} devices; {MAX_DEVICES_IN_CELL} fit.",
        )
    if before is not None:
        _refuse_impossible_move(before, place)


def _is_near(witness: Witness, place: Place) -> bool:
    """Return whether the witness stands in the claimed coarse cell or next to it."""
    if not witness.cell:
        return False
    theirs = h3.cell_to_parent(witness.cell, WITNESS_RESOLUTION)
    claimed = h3.cell_to_parent(place.cell, WITNESS_RESOLUTION)
    return theirs in h3.grid_disk(claimed, 1)


def _refuse_impossible_move(before: Place, place: Place) -> None:
    elapsed_s = place.at - before.at
    if elapsed_s <= 0:
        raise TelemetryError("CLOCK_SKEW", "The claim is not newer than the last accepted one.")
    metres = int(
        h3.great_circle_distance(
            h3.cell_to_latlng(before.cell), h3.cell_to_latlng(place.cell), unit="m"
        )
    )
    if metres * _SECONDS_PER_HOUR > MAX_SPEED_KMH * _METRES_PER_KM * elapsed_s:
        raise TelemetryError(
            "SPEED_IMPOSSIBLE",
            f"It would have moved {metres} m in {elapsed_s} s, faster than {MAX_SPEED_KMH} km/h.",
        )
