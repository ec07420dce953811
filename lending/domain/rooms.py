"""What a lane may lend against each class, and how a close hands the caps out (rules L4, G1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lending.domain.units import ceil_div

# A lane's bucket for restaking tokens holds this part of its allowance, and fills within a day.
INFLOW_PARTS = 4
INFLOW_REFILL_S = 86_400


@dataclass(frozen=True, kw_only=True)
class Room:
    """A lane's room in one class, as in LoanBook; ledger units, unix seconds.

    `left` is for new loans until the next close; `used` what loans that have not ended may draw
    in all. `spent` is what was lent on restaking tokens, of the bucket, as of `spent_at`.
    """

    left: int = 0
    used: int = 0
    spent: int = 0
    spent_at: int = 0

    def taken(self, commitment: int) -> "Room":
        """Return the room after a loan came to count in it; one that a top-up brings is not stopped
        by what is left.
        """
        return replace(
            self, left=self.left - min(self.left, commitment), used=self.used + commitment
        )

    def given_back(self, amount: int) -> "Room":
        """Return the room after a loan ended or shrank: the next close hands that out."""
        return replace(self, used=max(0, self.used - amount))

    def inflow_left(self, now: int) -> int:
        """Return what may be lent on restaking tokens at `now`."""
        return self._bucket() - self._spent(now)

    def flowed_in(self, amount: int, *, now: int) -> "Room":
        """Return the room after that much was lent on restaking tokens."""
        return replace(self, spent=self._spent(now) + amount, spent_at=now)

    def inflow_at(self, amount: int, *, now: int) -> int | None:
        """Return when the bucket will have refilled for `amount`, unix seconds; None: never, as the
        room stands.
        """
        most = self._bucket()
        if amount > most:
            return None
        excess = self.spent - (most - amount)
        wait_s = ceil_div(excess * INFLOW_REFILL_S, most) if excess > 0 else 0
        return max(now, self.spent_at + wait_s)

    def _bucket(self) -> int:
        return (self.left + self.used) // INFLOW_PARTS

    def _spent(self, now: int) -> int:
        most = self._bucket()
        refilled = most * (now - self.spent_at) // INFLOW_REFILL_S
        return min(max(0, self.spent - refilled), most)


def hand_out(*, cap: int, used: Sequence[int], reserved: Sequence[int]) -> list[int]:
    """Return each lane's room of one class after a close, ledger units.

    What the cap leaves free goes first to lanes with reserved draws, in order; the rest in equal
    parts, rounded down.
    """
    free = spread = max(0, cap - sum(used))
    for one in reserved:
        spread -= min(spread, one)
    each, left = spread // len(reserved), []
    for one in reserved:
        first = min(free, one)
        free -= first
        left.append(first + each)
    return left
