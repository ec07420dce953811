"""The committed gas figures, which a test holds the contracts to."""

import json
from collections.abc import Mapping
from pathlib import Path

SNAPSHOT = Path(__file__).with_name("gas.json")
TOLERANCE_BPS = 200


def load_snapshot() -> dict[str, int]:
    """Return the committed figures."""
    figures: dict[str, int] = json.loads(SNAPSHOT.read_text())
    return figures


def save_snapshot(figures: Mapping[str, int]) -> None:
    """Commit to new figures."""
    SNAPSHOT.write_text(json.dumps(dict(figures), indent=1) + "\n")


def worsened(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return the figures that are more than two per cent above the committed ones."""
    return {
        name: (gas, now[name])
        for name, gas in before.items()
        if now[name] * 10_000 > gas * (10_000 + TOLERANCE_BPS)
    }
