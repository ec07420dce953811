"""How far a value may move from one round to the next (rule V3's pairs stay usable)."""

from dataclasses import dataclass

from oracles.domain.quantities import BPS, DAY_S


@dataclass(frozen=True, kw_only=True)
class Previous:
    """What the last published round said of the same subject."""

    value: int
    lower: int
    nav_wei: int | None = None


def allowed_move_down(*, base: int, bps_day: int, cap_bps: int, elapsed_s: int) -> int:
    """Return how far ``base`` may move after ``elapsed_s``, rounded down, never above the cap."""
    rate = min(bps_day * elapsed_s, cap_bps * DAY_S)
    return base * rate // (BPS * DAY_S)


def limited(*, target: int, previous: int, bps_day: int, cap_bps: int, elapsed_s: int) -> int:
    """Return the value nearest to ``target`` that may be published after ``previous``."""
    move = allowed_move_down(
        base=previous, bps_day=bps_day, cap_bps=cap_bps, elapsed_s=max(0, elapsed_s)
    )
    return max(previous - move, min(target, previous + move))


def grown(*, target: int, previous: int, bps_day: int, elapsed_s: int) -> int:
    """Return ``target``, but no more than ``previous`` grown at the rate; a fall is immediate."""
    growth = previous * bps_day * max(0, elapsed_s) // (BPS * DAY_S)
    return min(target, previous + growth)
