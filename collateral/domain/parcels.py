"""Parcels of land as polygons: read from GeoJSON, checked, measured, and cut for comparison.

Longitude and latitude are degrees (WGS 84). Lengths on the ground are reckoned on a sphere, which
is off by 0.6 % at most: enough to tell a shared border from an overlap.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from shapely import Polygon, make_valid
from shapely.affinity import scale
from shapely.geometry import MultiPolygon, box, mapping
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from collateral.domain.refusal import Refusal

EARTH_RADIUS_M = 6_371_008.8
METRES_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180
# Two surveys of one border differ by this much; what overlaps less is taken for touching.
TOLERANCE_M = 0.5
MAX_POSITIONS = 10_000
MAX_PARTS = 100
MAX_AREA_M2 = 10_000_000_000
DECIMALS = 9
# Beyond it a degree of longitude is so short that the flat reckoning is wrong.
MAX_LATITUDE = 85.0
_CORE_UNITS_PER_DEGREE = 10**7
_TYPES = ("Polygon", "MultiPolygon")

Ring = tuple[tuple[float, float], ...]


class ParcelError(Refusal):
    """An outline that is no parcel: a stable code and a full sentence."""


@dataclass(frozen=True)
class Parcel:
    """A valid outline.

    ``geometry`` is its GeoJSON in one spelling, ``area_m2`` rounds down. ``cores`` are rings
    without holes that cover the parcel but for a rim of half the tolerance, in 1e-7 degrees: two
    parcels overlap where their cores do.
    """

    geometry: dict[str, Any]
    area_m2: int
    cores: tuple[Ring, ...]

    @property
    def sha256(self) -> str:
        """The hash of the outline, for the evidence that verifiers sign."""
        text = json.dumps(self.geometry, sort_keys=True, separators=(",", ":"))
        return "0x" + hashlib.sha256(text.encode()).hexdigest()


def read_parcel(given: Any) -> Parcel:
    """Return the parcel in a GeoJSON polygon, multipolygon, or feature of one.

    Raises ``ParcelError`` for open rings, borders that cross themselves, coordinates out of range,
    edges across the antimeridian, and outlines without area.
    """
    geometry = given.get("geometry") if _is_feature(given) else given
    if not isinstance(geometry, dict) or geometry.get("type") not in _TYPES:
        raise ParcelError(
            "PARCEL_FORMAT", "The outline is no GeoJSON object of type Polygon or MultiPolygon."
        )
    coordinates: Any = geometry.get("coordinates")
    polygons: Any = [coordinates] if geometry["type"] == "Polygon" else coordinates
    _refuse_unless_list(polygons, "coordinates")
    if not 0 < len(polygons) <= MAX_PARTS:
        raise ParcelError("PARCEL_FORMAT", f"A parcel has 1 to {MAX_PARTS} polygons.")
    shape = MultiPolygon([_polygon(rings) for rings in polygons])
    if not shape.is_valid:
        raise ParcelError(
            "PARCEL_INVALID",
            f"The outline is not a simple one: {explain_validity(shape).lower()}. "
            "Borders may not cross or repeat.",
        )
    return _measured(shape)


def _is_feature(given: Any) -> bool:
    return isinstance(given, dict) and given.get("type") == "Feature"


def _refuse_unless_list(value: Any, name: str) -> None:
    if not isinstance(value, list):
        raise ParcelError("PARCEL_FORMAT", f"The {name} of the outline are no list.")


def _polygon(rings: Any) -> Polygon:
    _refuse_unless_list(rings, "rings")
    if not rings:
        raise ParcelError("PARCEL_FORMAT", "A polygon of the outline has no ring.")
    outer, *holes = [_ring(ring) for ring in rings]
    return Polygon(outer, holes)


def _ring(given: Any) -> Ring:
    _refuse_unless_list(given, "positions")
    if len(given) > MAX_POSITIONS:
        raise ParcelError(
            "PARCEL_TOO_DETAILED", f"A ring has {len(given)} positions; at most {MAX_POSITIONS}."
        )
    ring = tuple(_position(position) for position in given)
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise ParcelError(
            "RING_OPEN", "A ring has at least four positions, and ends where it began."
        )
    for (start, _), (end, _) in pairwise(ring):
        if abs(end - start) > 180:
            raise ParcelError(
                "PARCEL_ANTIMERIDIAN",
                "An edge crosses the 180th meridian; cut the outline there into a MultiPolygon.",
            )
    return ring


def _position(given: Any) -> tuple[float, float]:
    if not isinstance(given, list) or not 2 <= len(given) <= 3:
        raise ParcelError("PARCEL_FORMAT", "A position is a list of longitude and latitude.")
    if any(type(one) not in (int, float) for one in given):
        raise ParcelError("PARCEL_FORMAT", "Longitude and latitude are numbers, in degrees.")
    longitude, latitude = given[0], given[1]
    if not (-180 <= longitude <= 180 and -MAX_LATITUDE <= latitude <= MAX_LATITUDE):
        raise ParcelError(
            "COORDINATE_RANGE",
            f"{longitude}, {latitude} is no longitude (-180 to 180) and latitude "
            f"(-{MAX_LATITUDE:.0f} to {MAX_LATITUDE:.0f}); longitude comes first.",
        )
    return round(float(longitude), DECIMALS), round(float(latitude), DECIMALS)


def _measured(shape: MultiPolygon) -> Parcel:
    whole = shape.normalize()
    area = sum(_area_m2(polygon) for polygon in whole.geoms)
    if area > MAX_AREA_M2:
        raise ParcelError("PARCEL_AREA", f"{area:.0f} m² is larger than a parcel can be.")
    cores = tuple(_cores(whole))
    if area < 1 or not cores:
        raise ParcelError(
            "PARCEL_AREA",
            f"The outline is narrower than {2 * TOLERANCE_M:g} m or has no area.",
        )
    parts = list(whole.geoms)
    geometry = mapping(parts[0] if len(parts) == 1 else whole)
    return Parcel(json.loads(json.dumps(geometry)), int(area), cores)


def _area_m2(polygon: Polygon) -> float:
    """Return the area on the sphere: R² times the integral of sin(latitude) over longitude."""
    holes = sum(_ring_area(ring.coords) for ring in polygon.interiors)
    return _ring_area(polygon.exterior.coords) - holes


def _ring_area(ring: Sequence[Sequence[float]]) -> float:
    total = 0.0
    for (x0, y0), (x1, y1) in pairwise(ring):
        total += math.radians(x1 - x0) * (math.sin(math.radians(y0)) + math.sin(math.radians(y1)))
    return abs(total) * EARTH_RADIUS_M**2 / 2


def _cores(shape: MultiPolygon) -> Iterator[Ring]:
    """Yield rings that cover the shape but for a rim of half the tolerance, none with a hole.

    Holes are cut through before the pieces shrink, so that the cores of one parcel never touch.
    """
    for piece in _without_holes(shape):
        shrunk = _on_the_ground(piece, lambda flat: flat.buffer(-TOLERANCE_M / 2, join_style=2))
        for core in _polygons(shrunk):
            yield tuple(
                (round(x * _CORE_UNITS_PER_DEGREE), round(y * _CORE_UNITS_PER_DEGREE))
                for x, y in core.exterior.coords
            )


def _on_the_ground(polygon: Polygon, change: Any) -> BaseGeometry:
    """Change a polygon in metres round its own middle, and return it in degrees."""
    middle = polygon.centroid
    along, across = METRES_PER_DEGREE * math.cos(math.radians(middle.y)), METRES_PER_DEGREE
    flat = change(scale(polygon, along, across, origin=middle))
    return scale(flat, 1 / along, 1 / across, origin=middle)


def _without_holes(shape: BaseGeometry) -> Iterator[Polygon]:
    """Yield pieces without holes: PostgreSQL's polygons have none, so they are cut through."""
    for polygon in _polygons(shape):
        if not polygon.interiors:
            yield polygon
            continue
        west, south, east, north = polygon.bounds
        cut = polygon.interiors[0].centroid.x
        for half in (box(west, south, cut, north), box(cut, south, east, north)):
            yield from _without_holes(make_valid(polygon.intersection(half)))


def _polygons(shape: BaseGeometry) -> Iterator[Polygon]:
    if isinstance(shape, Polygon):
        if not shape.is_empty:
            yield shape
        return
    for part in getattr(shape, "geoms", ()):
        yield from _polygons(part)
