"""A small map of one place, drawn from what is registered: no tile server is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import cos, radians
from typing import Any

import h3

from collateral.domain.parcels import METRES_PER_DEGREE

SIDE = 320
_MARGIN = 12
_RINGS = 3

# A ring of places, longitude first, as GeoJSON writes them.
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Outline:
    """An outline in the drawing: an SVG path whose holes are even-odd, and what it is."""

    path: str
    kind: str
    label: str


@dataclass(frozen=True)
class PlaceMap:
    """An asset's cell or parcel among what lies near it, and the drawing in words."""

    outlines: Sequence[Outline]
    caption: str
    side: int = SIDE


def place_map(*, cell: str, others: Collection[str] = ()) -> PlaceMap:
    """Return the map round an H3 cell; ``others`` are cells of other assets, of any distance."""
    shown = list(h3.grid_disk(cell, _RINGS))
    near = sorted(set(shown) & set(others) - {cell})
    rings = {one: [(east, north) for north, east in h3.cell_to_boundary(one)] for one in shown}
    drawing = _Drawing(list(rings.values()))
    outlines = [Outline(drawing.path([rings[one]]), "ground", "") for one in shown]
    outlines += [Outline(drawing.path([rings[one]]), "other", "another asset") for one in near]
    outlines.append(Outline(drawing.path([rings[cell]]), "here", "this asset"))
    latitude, longitude = h3.cell_to_latlng(cell)
    held = f", dashed ones hold {len(near)} other registered {_assets(near)}" if near else ""
    caption = (
        f"{latitude:.5f}, {longitude:.5f} (latitude, longitude). The drawing is about "
        f"{drawing.across_m:,} m across; the filled cell is this asset{held}."
    )
    return PlaceMap(outlines, caption)


def parcel_map(
    *,
    geometry: Mapping[str, Any],
    area_m2: int,
    others: Sequence[Mapping[str, Any]] = (),
) -> PlaceMap:
    """Return the map of a parcel; ``others`` are its neighbours (GeoJSON geometries, WGS 84)."""
    rings = _rings(geometry)
    # Neighbours are drawn as far as they reach into the surroundings of this parcel.
    drawing = _Drawing(rings, surroundings=0.5 if others else 0.1)
    outlines = [Outline(drawing.path(_rings(one)), "other", "another parcel") for one in others]
    outlines.append(Outline(drawing.path(rings), "here", "this parcel"))
    longitude, latitude = drawing.middle
    near = f"Dashed: {len(others)} registered nearby." if others else "None is registered nearby."
    caption = (
        f"{area_m2:,} m² round {latitude:.5f}, {longitude:.5f} (latitude, longitude); the drawing "
        f"is about {drawing.across_m:,} m across. {near}"
    )
    return PlaceMap(outlines, caption)


def _assets(near: Collection[str]) -> str:
    return "asset" if len(near) == 1 else "assets"


def _rings(geometry: Mapping[str, Any]) -> list[Ring]:
    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return list(chain.from_iterable(polygons))


class _Drawing:
    """From degrees to the drawing; the place is so small that the earth is flat there."""

    def __init__(self, rings: Sequence[Ring], surroundings: float = 0.0) -> None:
        places = list(chain.from_iterable(rings))
        easts, norths = [one[0] for one in places], [one[1] for one in places]
        self.middle = ((min(easts) + max(easts)) / 2, (min(norths) + max(norths)) / 2)
        # A degree of longitude is shorter away from the equator.
        self._narrow = cos(radians(self.middle[1]))
        wide, high = (max(easts) - min(easts)) * self._narrow, max(norths) - min(norths)
        span = max(wide, high, 1e-12) * (1 + 2 * surroundings)
        self._scale = (SIDE - 2 * _MARGIN) / span
        self.across_m = round(span * METRES_PER_DEGREE)

    def path(self, rings: Sequence[Ring]) -> str:
        """Return rings as SVG wants the data of a path."""
        return " ".join(f"M{' L'.join(self._point(one) for one in ring)} Z" for ring in rings)

    def _point(self, place: Sequence[float]) -> str:
        across = SIDE / 2 + (place[0] - self.middle[0]) * self._narrow * self._scale
        down = SIDE / 2 - (place[1] - self.middle[1]) * self._scale
        return f"{across:.1f},{down:.1f}"
