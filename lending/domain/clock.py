"""The oracle's clock: which rounds count, and how long everything stood still (rules V3, C5)."""

from dataclasses import dataclass, replace

PAUSE_LENGTH_S = 7 * 86_400


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Rounds in force and when they came; unix seconds, 0 for never."""

    newest: int = 0
    newest_at: int = 0
    previous: int = 0
    previous_at: int = 0
    last: int = 0
    voided_at: int = 0
    paused_at: int = 0
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

    def voided(self, *, at: int, ttl: int) -> "Clock":
        """Return the clock after the newest round was voided."""
        return replace(
            self,
            stopped=self.stopped_at(at, ttl=ttl),
            newest=self.previous,
            newest_at=self.previous_at,
            previous=0,
            previous_at=0,
            voided_at=at,
        )

    def paused(self, *, at: int, ttl: int) -> "Clock":
        """Return the clock after the guardian paused; what an earlier pause stopped is booked."""
        return replace(self.resumed(at=at, ttl=ttl), paused_at=at)

    def resumed(self, *, at: int, ttl: int) -> "Clock":
        """Return the clock after a pause was ended."""
        booked = self.stopped + self._paused_before_silence(at, ttl=ttl)
        return replace(self, paused_at=0, stopped=booked)

    def stopped_at(self, now: int, *, ttl: int) -> int:
        """Return the seconds for which clocks have stood still, what runs now included.

        Each second of silence or pause counts once: silence runs on from its start, a pause
        counts as far as it lies before.
        """
        silence = max(0, now - self._silent_from(ttl)) if self.last else 0
        return self.stopped + silence + self._paused_before_silence(now, ttl=ttl)

    def _paused_before_silence(self, now: int, *, ttl: int) -> int:
        """Return the paused seconds since the last publication or void, which booked all before."""
        if self.paused_at == 0:
            return 0
        start = max(self.paused_at, self.newest_at, self.voided_at)
        end = min(self.paused_at + PAUSE_LENGTH_S, now)
        return max(0, (min(end, self._silent_from(ttl)) if self.last else end) - start)

    def _silent_from(self, ttl: int) -> int:
        return max(self.newest_at + ttl, self.voided_at)

    def is_silent(self, now: int, *, ttl: int) -> bool:
        """Return whether no usable round is younger than `ttl`."""
        return self.newest == 0 or now > self.newest_at + ttl

    def void_window_passed(self, now: int, *, void_window: int) -> bool:
        """Return whether the guardian can no longer void the newest round."""
        return self.newest != 0 and now > self.newest_at + void_window
