"""A line of values over time with the band down to the lower bound that lending uses."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.charts.scale import Scale, padded, path


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One valuation: when (unix seconds), what, and its lower bound (ledger units)."""

    at: int
    value: int
    lower: int


@dataclass(frozen=True, kw_only=True)
class BandChart:
    """The drawing: the line, the band, the dot of the newest value, and the ends of the axes."""

    line: str
    band: str
    last_x: float
    last_y: float
    low: int
    high: int
    first_at: int
    last_at: int
    cap_y: float | None
    samples: list[Sample]


def band_chart(samples: Sequence[Sample], cap: int | None = None) -> BandChart | None:
    """Draw the samples in order of time; nothing without at least two moments to join."""
    ordered = sorted(samples, key=lambda sample: sample.at)
    if len({sample.at for sample in ordered}) < 2:
        return None
    times = Scale(ordered[0].at, ordered[-1].at)
    amounts = [amount for sample in ordered for amount in (sample.value, sample.lower)]
    values = padded([*amounts, cap] if cap else amounts)
    upper = [(times.percent(s.at), values.percent_down(s.value)) for s in ordered]
    lower = [(times.percent(s.at), values.percent_down(s.lower)) for s in ordered]
    return BandChart(
        line=path(upper),
        band=f"{path([*upper, *reversed(lower)])} Z",
        last_x=upper[-1][0],
        last_y=upper[-1][1],
        low=values.low,
        high=values.high,
        first_at=ordered[0].at,
        last_at=ordered[-1].at,
        cap_y=values.percent_down(cap) if cap else None,
        samples=ordered,
    )
