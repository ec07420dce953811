"""What stops a whole feed or a whole round, where no single value looks wrong enough.

A feed whose columns were shifted gives each series its neighbour's number: each may be plausible
by itself, but many series leave their own past at once, each its own way. What all series do
together (a market that falls) is no break. A round most of whose values would move
beyond their limits, in several classes, is more likely a broken unit than a broken world.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from oracles.domain.quantities import BPS, DAY_S
from oracles.domain.statistics import deviation_up, weighted_median_down

# A series is broken when it leaves the feed's common change by so many deviations of its own past,
# and by a least move; by a larger one where its past is too short to tell.
FEED_DEVIATIONS = 8
FEED_LEAST_MOVE_BPS = 800
FEED_LEAST_MOVE_UNKNOWN_BPS = 3_000
FEED_MIN_CHANGES = 4
FEED_SHARE_BPS = 2_000
FEED_MIN_SERIES = 5
FEED_MIN_BROKEN = 3
# A tenth of all values, and more than one class: one class alone can fall for good reasons.
ROUND_SHARE_BPS = 1_000
ROUND_MIN_VALUES = 20
ROUND_MIN_CLASSES = 2
# The breaker holds values back for so long at most: by then people have looked, and every value
# still moves by no more than its limit.
ROUND_HOLD_S = 2 * DAY_S


@dataclass(frozen=True, kw_only=True)
class Continuity:
    """How many of a feed's series go on from their own past, and which do not."""

    series: int
    broken: tuple[str, ...]

    @property
    def quarantined(self) -> bool:
        """Whether the whole update is set aside."""
        return (
            self.series >= FEED_MIN_SERIES
            and len(self.broken) >= FEED_MIN_BROKEN
            and len(self.broken) * BPS > self.series * FEED_SHARE_BPS
        )


def continuity(past: Mapping[str, Sequence[int]], update: Mapping[str, int]) -> Continuity:
    """Return which series of an update leave their own past, by the names of the series.

    ``past`` are earlier values of each series, above zero and oldest first; a series without any
    is not judged.
    """
    changes = {
        name: (update[name] - past[name][-1]) * BPS // past[name][-1]
        for name in sorted(update)
        if past.get(name)
    }
    if not changes:
        return Continuity(series=0, broken=())
    common = weighted_median_down([(change, 1) for change in changes.values()])
    broken = tuple(
        name for name, change in changes.items() if abs(change - common) > _usual_bps(past[name])
    )
    return Continuity(series=len(changes), broken=broken)


def _usual_bps(past: Sequence[int]) -> int:
    """Return how far a series may leave the common change and still be itself."""
    changes = [(later - earlier) * BPS // earlier for earlier, later in pairwise(past)]
    if len(changes) < FEED_MIN_CHANGES:
        return FEED_LEAST_MOVE_UNKNOWN_BPS
    centre = weighted_median_down([(one, 1) for one in changes])
    return max(FEED_LEAST_MOVE_BPS, FEED_DEVIATIONS * deviation_up(changes, centre=centre))


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Of one value of a round: its class, and whether it would move beyond its limit."""

    class_id: int
    beyond: bool


def breaks_round(movements: Iterable[Movement], *, elapsed_s: int) -> bool:
    """Return whether so many values would move beyond their limits that people must look first.

    ``elapsed_s`` is the time since the last published round.
    """
    if elapsed_s >= ROUND_HOLD_S:
        return False
    counted = list(movements)
    beyond = [one for one in counted if one.beyond]
    return (
        len(counted) >= ROUND_MIN_VALUES
        and len(beyond) * BPS >= len(counted) * ROUND_SHARE_BPS
        and len({one.class_id for one in beyond}) >= ROUND_MIN_CLASSES
    )
