"""The falling price of a lot, with the mark of now or of the sale."""

from dataclasses import dataclass

from portal.domain.charts.scale import Scale, path


@dataclass(frozen=True, kw_only=True)
class PricePath:
    """The drawing of one lot: what has passed, what is to come, and the mark between them.

    Prices are ledger units, times unix seconds, places percent.
    """

    passed: str
    to_come: str
    mark_x: float
    mark_y: float
    mark_price: int
    mark_at: int
    start_price: int
    floor_price: int
    starts_at: int
    ends_at: int

    @property
    def label_left(self) -> bool:
        """Whether the mark's words stand to its left, so that they stay inside the drawing."""
        return self.mark_x > 60

    @property
    def at_floor(self) -> bool:
        """Whether words under the mark would leave the drawing."""
        return self.mark_y > 85


def price_floor(*, start: int, floor: int, elapsed: int, duration: int) -> int:
    """Return the price after ``elapsed`` seconds; the fall is rounded down, as on chain."""
    if duration <= 0:
        return floor
    return start - (start - floor) * min(max(elapsed, 0), duration) // duration


def price_path(
    *, start: int, floor: int, starts_at: int, duration: int, mark_at: int, mark_price: int
) -> PricePath:
    """Draw the line from the start price to the floor, split at the mark."""
    times = Scale(0, max(duration, 1))
    prices = Scale(floor, max(start, floor + 1))
    mark = (times.percent(mark_at - starts_at), prices.percent_down(mark_price))
    end = (100.0, prices.percent_down(floor))
    return PricePath(
        passed=path([(0.0, prices.percent_down(start)), mark]),
        to_come=path([mark, end]),
        mark_x=mark[0],
        mark_y=mark[1],
        mark_price=mark_price,
        mark_at=mark_at,
        start_price=start,
        floor_price=floor,
        starts_at=starts_at,
        ends_at=starts_at + duration,
    )
