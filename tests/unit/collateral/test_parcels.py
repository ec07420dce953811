"""Outlines of land: what is one, how large it is, and what is refused."""

import pytest

from collateral.domain.parcels import MAX_POSITIONS, ParcelError, read_parcel

LON, LAT = -3.7, 40.4


def square(lon=LON, lat=LAT, side=0.001):
    return [
        [lon, lat],
        [lon + side, lat],
        [lon + side, lat + side],
        [lon, lat + side],
        [lon, lat],
    ]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings or [square()])}


def refused(given):
    with pytest.raises(ParcelError) as refusal:
        read_parcel(given)
    assert refusal.value.sentence.endswith(".")
    return refusal.value.code


def test_the_area_is_that_on_the_ground():
    # A thousandth of a degree is 111.195 m north and 84.67 m east at this latitude.
    found = read_parcel(polygon()).area_m2

    assert found == pytest.approx(111.195 * 111.195 * 0.76153, rel=0.001)


def test_a_hole_is_no_part_of_the_area():
    with_hole = read_parcel(polygon(square(), square(LON + 0.0003, LAT + 0.0003, 0.0002)))

    assert with_hole.area_m2 == pytest.approx(read_parcel(polygon()).area_m2 * 0.96, rel=0.001)
    assert len(with_hole.cores) >= 2


def test_an_outline_is_the_same_wherever_its_ring_begins_and_whichever_way_it_runs():
    ring = square()
    turned = [*ring[2:], *ring[1:3]]
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": polygon(ring[::-1])}
    multi = {"type": "MultiPolygon", "coordinates": [[turned]]}

    hashes = {read_parcel(given).sha256 for given in (polygon(ring), feature, multi)}

    assert len(hashes) == 1


def test_several_pieces_are_one_parcel():
    east_and_west = {
        "type": "MultiPolygon",
        "coordinates": [[square(179.99, 10, 0.01)], [square(-180, 10, 0.01)]],
    }

    found = read_parcel(east_and_west)

    assert len(found.cores) == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "PARCEL_FORMAT"),
        ([], "PARCEL_FORMAT"),
        ({"type": "Point", "coordinates": [1, 2]}, "PARCEL_FORMAT"),
        ({"type": "Polygon"}, "PARCEL_FORMAT"),
        ({"type": "Polygon", "coordinates": []}, "PARCEL_FORMAT"),
        ({"type": "MultiPolygon", "coordinates": []}, "PARCEL_FORMAT"),
        ({"type": "MultiPolygon", "coordinates": [[square()]] * 101}, "PARCEL_FORMAT"),
        ({"type": "Polygon", "coordinates": "x"}, "PARCEL_FORMAT"),
        (polygon([["1", "2"]] * 4), "PARCEL_FORMAT"),
        (polygon([[True, 1]] * 4), "PARCEL_FORMAT"),
        (polygon([[1]] * 4), "PARCEL_FORMAT"),
        (polygon(square()[:-1]), "RING_OPEN"),
        (polygon([[0, 0], [1, 1], [0, 0]]), "RING_OPEN"),
        (polygon(square(lon=179.9995)), "COORDINATE_RANGE"),
        (polygon(square(lat=85.5)), "COORDINATE_RANGE"),
        (polygon([[float("nan"), 1], [1, 1], [1, 2], [float("nan"), 1]]), "COORDINATE_RANGE"),
        (polygon([[float("inf"), 1], [1, 1], [1, 2], [float("inf"), 1]]), "COORDINATE_RANGE"),
        (polygon([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]), "PARCEL_ANTIMERIDIAN"),
        (polygon([[0, 0], [0.001, 0.001], [0.001, 0], [0, 0.001], [0, 0]]), "PARCEL_INVALID"),
        (polygon(square(), square(LON + 1, LAT)), "PARCEL_INVALID"),
        ({"type": "MultiPolygon", "coordinates": [[square()], [square()]]}, "PARCEL_INVALID"),
        (polygon([[0, 0], [0.001, 0], [0.002, 0], [0, 0]]), "PARCEL_INVALID"),
        (polygon(square(side=0.000004)), "PARCEL_AREA"),
        (polygon(square(lon=0, lat=0, side=20)), "PARCEL_AREA"),
        (polygon([[0, 0]] * (MAX_POSITIONS + 1)), "PARCEL_TOO_DETAILED"),
    ],
)
def test_what_is_no_parcel_is_refused_with_its_reason(given, code):
    assert refused(given) == code
