"""The outline of a parcel as people enter it: pasted GeoJSON, or corners typed one a line."""

import json
import re
from typing import Any

from collateral.domain.parcels import ParcelError

MAX_OUTLINE_LENGTH = 1_000_000
MIN_CORNERS = 3
_CORNER = re.compile(
    r"\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)(?:\s*[,;]\s*|\s+)(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*"
)


def read_outline(text: str) -> Any:
    """Return the GeoJSON in ``text``, or a polygon of the corners that it lists.

    Corners are ``longitude, latitude`` in degrees, one a line, in their order along the border; the
    last need not repeat the first. Raises ``ParcelError`` for what is neither.
    """
    if len(text) > MAX_OUTLINE_LENGTH:
        raise ParcelError(
            "PARCEL_TOO_DETAILED",
            f"The outline has {len(text):,} characters; {MAX_OUTLINE_LENGTH:,} are the most.",
        )
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return _pasted(text)
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    corners = [_corner(number, line) for number, line in enumerate(lines, 1)]
    if len(corners) < MIN_CORNERS:
        raise ParcelError(
            "RING_OPEN",
            f"An outline has at least {MIN_CORNERS} corners; {len(corners)} were given. Write "
            "longitude, latitude, one corner a line, or paste GeoJSON.",
        )
    ring = corners if corners[0] == corners[-1] else [*corners, corners[0]]
    return {"type": "Polygon", "coordinates": [ring]}


def _pasted(text: str) -> Any:
    try:
        read = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ParcelError(
            "PARCEL_FORMAT", "What was pasted is no JSON; copy the whole GeoJSON object."
        ) from error
    # Drawing tools save a collection even of one feature.
    features = read.get("features") if isinstance(read, dict) else None
    if isinstance(features, list) and len(features) == 1:
        return features[0]
    return read


def _corner(number: int, line: str) -> list[float]:
    found = _CORNER.fullmatch(line)
    if found is None:
        raise ParcelError(
            "PARCEL_FORMAT",
            f"Line {number} is no corner: write longitude, latitude in degrees, such as "
            "-92.7252, 41.7434.",
        )
    return [float(found[1]), float(found[2])]
