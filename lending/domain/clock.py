"""The oracle's clock: which rounds count, and how long everything stood still (rules V3, C5)."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Rounds in force and when they came; unix seconds, 0 for never."""

    newest: int = 0
    newest_at: int = 0
    previous: int = 0
    previous_at: int = 0
    last: int = 0
    voided_at: int = 0
    stopped: int = 0

    def published(self, *, round_number: int, at: int, ttl: int) -> "Clock":
        """Return the clock after a round; the gap before it becomes stopped time."""
        return replace(
            self,
            stopped=self.stopped_at(at, ttl=ttl),
            previous=self.newest,
            previous_at=self.newest_at,
            newest=round_number,
            newest_at=at,
            last=round_number,
        )

    def voided(self, *, at: int) -> "Clock":
        """Return the clock after the newest round was voided."""
        return replace(
            self,
            newest=self.previous,
            newest_at=self.previous_at,
            previous=0,
            previous_at=0,
            voided_at=at,
        )

    def stopped_at(self, now: int, *, ttl: int) -> int:
        """Return the seconds for which clocks have stood still, the running gap included."""
        if self.last == 0:
            return self.stopped
        since = max(self.newest_at + ttl, self.voided_at)
        return self.stopped + max(0, now - since)

    def is_silent(self, now: int, *, ttl: int) -> bool:
        """Return whether no usable round is younger than `ttl`."""
        return self.newest == 0 or now > self.newest_at + ttl

    def void_window_passed(self, now: int, *, void_window: int) -> bool:
        """Return whether the guardian can no longer void the newest round."""
        return self.newest != 0 and now > self.newest_at + void_window
