"""A place counts when three independent neighbours saw the device there."""

import h3
import pytest

from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.location import (
    Place,
    Witness,
    claim_digest,
    judge_location,
    read_cell,
    sighting_digest,
)

CELL = h3.latlng_to_cell(40.4168, -3.7038, 12)
NEAR = h3.latlng_to_cell(40.4190, -3.7060, 12)
FAR = h3.latlng_to_cell(40.6000, -3.7038, 12)
PARIS = h3.latlng_to_cell(48.8566, 2.3522, 12)
NOW = 1_795_000_000
THREE = [Witness(n, f"owner {n}", NEAR) for n in (1, 2, 3)]


def judge(witnesses=THREE, before=None, others=0):
    judge_location(
        Place(CELL, NOW), owner="me", before=before, witnesses=witnesses, others_in_cell=others
    )


def refused(*arguments, **options):
    with pytest.raises(TelemetryError) as refusal:
        judge(*arguments, **options)
    return refusal.value.code


def test_three_independent_neighbours_are_enough():
    judge()


@pytest.mark.parametrize(
    "third",
    [
        Witness(3, "owner 2", NEAR),
        Witness(3, "me", NEAR),
        Witness(3, "owner 3", FAR),
        Witness(3, "owner 3", ""),
    ],
    ids=["of the same owner", "of the claimant", "too far away", "standing nowhere"],
)
def test_a_third_witness_that_proves_nothing_does_not_count(third):
    code = refused([*THREE[:2], third])

    assert code == "WITNESSES_TOO_FEW"


@pytest.mark.parametrize(("others", "fits"), [(3, True), (4, False)])
def test_a_cell_holds_four_devices(others, fits):
    code = None if fits else refused(others=others)
    if fits:
        judge(others=others)

    assert code in (None, "CELL_CROWDED")


@pytest.mark.parametrize(("elapsed_s", "possible"), [(4_300, True), (4_100, False)])
def test_nothing_moves_from_paris_to_madrid_faster_than_an_airliner(elapsed_s, possible):
    before = Place(PARIS, NOW - elapsed_s)

    code = None if possible else refused(before=before)
    if possible:
        judge(before=before)

    assert code in (None, "SPEED_IMPOSSIBLE")


def test_a_claim_older_than_the_last_is_refused():
    assert refused(before=Place(CELL, NOW)) == "CLOCK_SKEW"


def test_a_finer_cell_is_kept_at_the_resolution_of_a_device():
    fine = h3.latlng_to_cell(40.4168, -3.7038, 15)

    kept = read_cell(fine)

    assert h3.get_resolution(kept) == 12
    assert h3.grid_distance(kept, CELL) <= 1


@pytest.mark.parametrize(
    ("raw", "code"), [("8928308280fffff", "LOCATION_COARSE"), ("x", "H3_INVALID")]
)
def test_a_cell_that_holds_many_devices_or_is_none_is_refused(raw, code):
    with pytest.raises(TelemetryError) as refusal:
        read_cell(raw)

    assert refusal.value.code == code


def test_a_sighting_is_signed_for_one_witness_one_device_one_moment():
    place, nonce = Place(CELL, NOW), b"\x01" * 32

    digests = {
        claim_digest(device=1, place=place, nonce=nonce),
        sighting_digest(witness=2, device=1, place=place, nonce=nonce),
        sighting_digest(witness=1, device=2, place=place, nonce=nonce),
        sighting_digest(witness=2, device=1, place=Place(CELL, NOW + 1), nonce=nonce),
        sighting_digest(witness=2, device=1, place=place, nonce=b"\x02" * 32),
    }

    assert len(digests) == 5
