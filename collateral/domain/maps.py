"""A small map of one place, drawn from cells that we know: no tile server is asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import cos, radians

import h3

SIDE = 320
_MARGIN = 12
_RINGS = 3


@dataclass(frozen=True)
class Outline:
    """A cell's outline in the drawing, as SVG wants its points, and what it is."""

    points: str
    kind: str
    label: str


@dataclass(frozen=True)
class PlaceMap:
    """The cell of an asset among its neighbours, and other assets near it."""

    outlines: Sequence[Outline]
    place: str
    across_m: int
    others: int
    side: int = SIDE


def place_map(*, cell: str, others: Collection[str] = ()) -> PlaceMap:
    """Return the map round an H3 cell; ``others`` are cells of other assets, of any distance."""
    shown = list(h3.grid_disk(cell, _RINGS))
    near = sorted(set(shown) & set(others) - {cell})
    corners = {one: h3.cell_to_boundary(one) for one in shown}
    project = _Projection([point for one in shown for point in corners[one]]).points
    outlines = [Outline(project(corners[one]), "ground", "") for one in shown]
    outlines += [Outline(project(corners[one]), "other", "another asset") for one in near]
    outlines.append(Outline(project(corners[cell]), "here", "this asset"))
    latitude, longitude = h3.cell_to_latlng(cell)
    edge_m = h3.average_hexagon_edge_length(h3.get_resolution(cell), unit="m")
    return PlaceMap(
        outlines=outlines,
        place=f"{latitude:.5f}, {longitude:.5f}",
        across_m=round(edge_m * 2 * (2 * _RINGS + 1) * 0.87),
        others=len(near),
    )


class _Projection:
    """From degrees to the drawing; the place is so small that the earth is flat there."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self._north = max(latitude for latitude, _ in points)
        self._west = min(longitude for _, longitude in points)
        south = min(latitude for latitude, _ in points)
        east = max(longitude for _, longitude in points)
        # A degree of longitude is shorter away from the equator.
        self._narrow = cos(radians((self._north + south) / 2))
        span = max(self._north - south, (east - self._west) * self._narrow, 1e-12)
        self._scale = (SIDE - 2 * _MARGIN) / span

    def points(self, corners: Sequence[tuple[float, float]]) -> str:
        """Return corners as SVG wants the points of a polygon."""
        return " ".join(
            f"{_MARGIN + (longitude - self._west) * self._narrow * self._scale:.1f},"
            f"{_MARGIN + (self._north - latitude) * self._scale:.1f}"
            for latitude, longitude in corners
        )
