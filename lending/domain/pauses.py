"""The guardian's pauses, and up to when they let a grace end (rule C5)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pauses:
    """When the protocol was paused: beginnings and ends in unix seconds, oldest first; none lies
    in another. One that runs ends when it lapses.
    """

    spans: tuple[tuple[int, int], ...] = ()

    def grace_cutoff(self, now: int, *, grace: int) -> int:
        """Return the latest due date whose grace has ended by `now`, unix seconds, 0 for none.

        `grace` in seconds. It stands still during a pause: walking back, each pause among its
        seconds lengthens it. What was due within a pause has its whole grace after it. While
        rounds are late it runs on: silence shelters no debtor in arrears (rule V4).
        """
        patience = grace
        for began, ends in reversed(self.spans):
            ended = min(ends, now)
            if now - ended >= patience:
                break
            patience += max(0, ended - began)
        return max(0, now - patience)


NO_PAUSES = Pauses()
