"""Maps: drawn within the frame, north up, with what lies near."""

import re

import h3
import pytest

from collateral.domain.maps import SIDE, parcel_map, place_map

CELL = "8c2a1072b59adff"


def square(lon=-3.7, lat=40.4, side=0.001, holes=()):
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring, *holes]}


def points(path):
    return [tuple(map(float, one)) for one in re.findall(r"([-0-9.]+),([-0-9.]+)", path)]


def test_a_parcel_is_drawn_whole_within_the_frame_and_north_up():
    drawn = parcel_map(geometry=square(), area_m2=9_000)

    (outline,) = drawn.outlines
    corners = points(outline.path)
    assert outline.kind == "here"
    assert all(0 <= x <= SIDE and 0 <= y <= SIDE for x, y in corners)
    # The first corner is the south-western one, the third the north-eastern one.
    assert corners[0][0] < corners[2][0]
    assert corners[0][1] > corners[2][1]


def test_neighbours_are_drawn_around_it_at_the_same_scale():
    drawn = parcel_map(geometry=square(), area_m2=9_000, others=[square(lon=-3.699)])

    other, own = (points(one.path) for one in drawn.outlines)
    assert [one.kind for one in drawn.outlines] == ["other", "here"]
    assert own[1] == other[0]
    assert "1 registered nearby" in drawn.caption


def test_every_ring_of_a_parcel_with_a_hole_and_two_parts_is_drawn():
    hole = [[-3.6998, 40.4002], [-3.6996, 40.4002], [-3.6996, 40.4004], [-3.6998, 40.4002]]
    parts = [square(holes=[hole])["coordinates"], square(lon=-3.698)["coordinates"]]

    drawn = parcel_map(geometry={"type": "MultiPolygon", "coordinates": parts}, area_m2=18_000)

    assert drawn.outlines[0].path.count("M") == 3


@pytest.mark.parametrize(("others", "kinds"), [([], 0), ([CELL], 0), (["near"], 1)])
def test_a_cell_is_drawn_among_its_neighbours(others, kinds):
    near = sorted(set(h3.grid_disk(CELL, 1)) - {CELL})
    given = [near[0] if one == "near" else one for one in others]

    drawn = place_map(cell=CELL, others=given)

    assert sum(one.kind == "other" for one in drawn.outlines) == kinds
    assert drawn.outlines[-1].kind == "here"
    assert len(points(drawn.outlines[-1].path)) == 6
