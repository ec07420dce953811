"""Text stands out from its ground by 4.5 to 1 at least, in light and dark (WCAG 2.2 AA)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "portal" / "static" / "portal" / "portal.css"
LEAST = 4.5
PAIRS = [
    ("ink", "paper"),
    ("ink", "sheet"),
    ("muted", "paper"),
    ("muted", "sheet"),
    ("muted", "sunk"),
    ("accent", "paper"),
    ("accent", "sheet"),
    ("accent", "accent-soft"),
    ("watch", "watch-soft"),
    ("called", "called-soft"),
]


def palette(block):
    """Return the colours that the nth `:root` of the style sheet sets."""
    roots = re.findall(r":root \{(.*?)\}", CSS.read_text(), re.DOTALL)
    return dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", roots[block]))


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("block", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(block, text, ground):
    colours = palette(block)

    assert contrast(colours[text], colours[ground]) >= LEAST
