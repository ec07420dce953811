"""From numbers to places in a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

PATH_SIDE = 1_000


@dataclass(frozen=True)
class Scale:
    """A stretch of numbers laid on 0 to 100 percent."""

    low: int
    high: int

    def percent(self, value: int) -> float:
        """Return where a value lies, kept inside the drawing, to a tenth of a percent."""
        if self.high <= self.low:
            return 0.0
        share = (value - self.low) * 1_000 // (self.high - self.low)
        return min(max(share, 0), 1_000) / 10

    def percent_down(self, value: int) -> float:
        """Return the same from the top, where drawings have their zero."""
        return round(100 - self.percent(value), 1)


def padded(values: Sequence[int], margin_bps: int = 800) -> Scale:
    """Return a scale round the values with some air above and below, never under zero."""
    low, high = min(values), max(values)
    air = max((high - low) * margin_bps // 10_000, high // 100, 1)
    return Scale(max(low - air, 0), high + air)


def path(points: Sequence[tuple[float, float]]) -> str:
    """Return the points (percent) as the commands of an SVG path of PATH_SIDE units a side."""
    return " ".join(
        f"{'L' if place else 'M'}{x * PATH_SIDE / 100:.0f} {y * PATH_SIDE / 100:.0f}"
        for place, (x, y) in enumerate(points)
    )
