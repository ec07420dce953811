"""An outline as people enter it: corners typed, GeoJSON pasted, and what is neither."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collateral.domain.outlines import MAX_OUTLINE_LENGTH, read_outline
from collateral.domain.parcels import ParcelError, read_parcel

CORNERS = [[-3.7, 40.4], [-3.699, 40.4], [-3.699, 40.401], [-3.7, 40.401]]
SQUARE = {"type": "Polygon", "coordinates": [[*CORNERS, CORNERS[0]]]}
TYPED = "\n".join(f"{x}, {y}" for x, y in CORNERS)


@pytest.mark.parametrize(
    "text",
    [
        TYPED,
        TYPED + "\n-3.7, 40.4\n",
        TYPED.replace(", ", " "),
        TYPED.replace(", ", ";"),
        "\ufeff" + TYPED.replace("\n", "\r\n\r\n"),
        json.dumps(SQUARE),
        json.dumps({"type": "Feature", "properties": {}, "geometry": SQUARE}),
        json.dumps(
            {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": SQUARE}]}
        ),
    ],
)
def test_every_way_to_enter_an_outline_gives_the_same_parcel(text):
    parcel = read_parcel(read_outline(text))

    assert parcel == read_parcel(SQUARE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "RING_OPEN"),
        ("-3.7, 40.4\n-3.699, 40.4", "RING_OPEN"),
        ("-3.7, 40.4\nhere\n-3.699, 40.4", "PARCEL_FORMAT"),
        ("1,2,3\n1,2,4\n2,2,4", "PARCEL_FORMAT"),
        ("{", "PARCEL_FORMAT"),
        ("[" * 100_000, "PARCEL_FORMAT"),
        (" " * (MAX_OUTLINE_LENGTH + 1), "PARCEL_TOO_DETAILED"),
    ],
)
def test_what_is_no_outline_is_refused_with_what_to_write(text, code):
    with pytest.raises(ParcelError) as refusal:
        read_outline(text)

    assert refusal.value.code == code


def test_the_line_that_is_no_corner_is_named():
    with pytest.raises(ParcelError, match="Line 2 is no corner"):
        read_outline("-3.7, 40.4\nhere")


@given(st.text(max_size=200))
def test_no_text_is_an_error(text):
    try:
        read_parcel(read_outline(text))
    except ParcelError as refusal:
        assert refusal.sentence.endswith(".")
