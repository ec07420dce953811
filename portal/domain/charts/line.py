"""A line of one number over time, on a scale that is given or found."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.charts.scale import Scale, padded, path


@dataclass(frozen=True, kw_only=True)
class Point:
    """One number: when (unix seconds), how much, and in words."""

    at: int
    value: int
    words: str


@dataclass(frozen=True, kw_only=True)
class LineChart:
    """The drawing: the line, the dot of the newest point, the words at the ends of the axes."""

    title: str
    line: str
    last_x: float
    last_y: float
    low_words: str
    high_words: str
    points: list[Point]

    @property
    def first_at(self) -> int:
        """When the line begins, unix seconds."""
        return self.points[0].at

    @property
    def last_at(self) -> int:
        """When the line ends, unix seconds."""
        return self.points[-1].at


def line_chart(
    *,
    title: str,
    points: Sequence[Point],
    scale: Scale | None = None,
    ends: tuple[str, str] = ("", ""),
) -> LineChart | None:
    """Draw the points in order of time; nothing without at least two moments to join.

    ``scale`` is that of the values, round the points where none is given; ``ends`` are the words at
    its low and its high end, those of the least and the greatest point where they are empty.
    """
    ordered = sorted(points, key=lambda point: point.at)
    if len({point.at for point in ordered}) < 2:
        return None
    times = Scale(ordered[0].at, ordered[-1].at)
    values = scale or padded([point.value for point in ordered])
    places = [(times.percent(p.at), values.percent_down(p.value)) for p in ordered]
    least, greatest = (pick(ordered, key=lambda point: point.value) for pick in (min, max))
    return LineChart(
        title=title,
        line=path(places),
        last_x=places[-1][0],
        last_y=places[-1][1],
        low_words=ends[0] or least.words,
        high_words=ends[1] or greatest.words,
        points=ordered,
    )
