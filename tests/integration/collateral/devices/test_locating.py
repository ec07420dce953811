"""A device is where three others of other owners saw it."""

import h3
import pytest

from collateral import services
from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind
from collateral.domain.telemetry.location import Place, claim_digest, sighting_digest
from collateral.models import Device, LocationClaim
from collateral.services.simulation import enrol_fleet
from tests.integration.collateral.devices.conftest import NOW

CELL = h3.latlng_to_cell(40.4168, -3.7038, 12)


@pytest.fixture
def neighbours(db):
    """Three devices of three owners, standing next to the cell."""
    soft = [enrol_fleet(count=1, kinds=[kind], now_s=NOW)[0] for kind in KeyKind]
    for device in soft:
        Device.objects.filter(pk=device.device).update(cell=CELL, cell_at=NOW - 60)
    return soft


@pytest.fixture
def claimant(db):
    return enrol_fleet(count=1, kinds=[KeyKind.P256], now_s=NOW)[0]


def sighted(witness, device, place, nonce, signer=None):
    digest = sighting_digest(witness=witness.device, device=device.device, place=place, nonce=nonce)
    return services.Sighting(witness=witness.device, signature=(signer or witness).key.sign(digest))


def claim(device, place, nonce, signer=None):
    digest = claim_digest(device=device.device, place=place, nonce=nonce)
    return services.Claim(
        device=device.device,
        cell=place.cell,
        at=place.at,
        nonce=nonce,
        signature=(signer or device).key.sign(digest),
    )


def locate(device, witnesses, nonce, *, at=NOW, claim_signer=None, witness_signer=None):
    place = Place(CELL, at)
    return services.witness_location(
        claim=claim(device, place, nonce, claim_signer),
        sightings=[sighted(one, device, place, nonce, witness_signer) for one in witnesses],
        now_s=NOW,
    )


def test_a_place_that_three_saw_is_kept_with_its_witnesses(claimant, neighbours, nonce):
    accepted = locate(claimant, neighbours, nonce)

    assert Device.objects.get(pk=claimant.device).cell == CELL
    assert set(accepted.witnesses.values_list("pk", flat=True)) == {n.device for n in neighbours}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"at": NOW - 121}, "CLOCK_SKEW"),
        ({"claim_signer": 0}, "SIGNATURE_INVALID"),
        ({"witness_signer": 1}, "SIGNATURE_INVALID"),
    ],
)
def test_a_claim_that_proves_nothing_is_refused(claimant, neighbours, nonce, changes, code):
    changes = {
        name: value if name == "at" else neighbours[value] for name, value in changes.items()
    }

    with pytest.raises(TelemetryError) as refusal:
        locate(claimant, neighbours, nonce, **changes)

    assert refusal.value.code == code
    assert not LocationClaim.objects.exists()


def test_two_witnesses_are_too_few(claimant, neighbours, nonce):
    with pytest.raises(TelemetryError) as refusal:
        locate(claimant, neighbours[:2], nonce)

    assert refusal.value.code == "WITNESSES_TOO_FEW"


def test_a_device_is_no_witness_of_itself(claimant, neighbours, nonce):
    with pytest.raises(TelemetryError) as refusal:
        locate(claimant, [*neighbours, claimant], nonce)

    assert refusal.value.code == "DEVICE_UNKNOWN"


def test_a_full_cell_takes_no_other(claimant, neighbours, nonce):
    fourth = enrol_fleet(count=1, kinds=[KeyKind.P256], now_s=NOW)[0]
    Device.objects.filter(pk=fourth.device).update(cell=CELL, cell_at=NOW - 60)

    with pytest.raises(TelemetryError) as refusal:
        locate(claimant, neighbours, nonce)

    assert refusal.value.code == "CELL_CROWDED"


def test_a_stale_number_proves_no_presence(claimant, neighbours):
    with pytest.raises(TelemetryError) as refusal:
        locate(claimant, neighbours, b"\x01" * 32)

    assert refusal.value.code == "NONCE_STALE"
