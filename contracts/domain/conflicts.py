"""How much of a run of transactions could have run at the same time (DESIGN.md §3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """The storage that one transaction touched; a key is ``address:slot`` or ``address:field``.

    ``reads`` and ``writes`` have no key in common: what is written counts as written only.
    """

    reads: frozenset[str]
    writes: frozenset[str]
    gas: int


@dataclass(frozen=True, slots=True)
class SpeedUp:
    """Gas of all transactions, and of the heaviest chain of dependent ones."""

    total_gas: int
    critical_path_gas: int

    @property
    def ratio_hundredths(self) -> int:
        """Ideal speed-up in hundredths, rounded down, so that it is never overstated."""
        return self.total_gas * 100 // self.critical_path_gas if self.critical_path_gas else 100


def ideal_speedup(accesses: Sequence[Access]) -> SpeedUp:
    """Return total and critical-path gas of transactions given in block order.

    A transaction waits for the last writer of all it touches, and a writer also for all readers
    since; one pass with an index by key, no comparison of pairs.
    """
    written: dict[str, int] = {}
    read: dict[str, int] = {}
    longest = 0
    for access in accesses:
        start = max((written.get(key, 0) for key in access.reads), default=0)
        for key in access.writes:
            start = max(start, written.get(key, 0), read.get(key, 0))
        end = start + access.gas
        for key in access.reads:
            read[key] = max(read.get(key, 0), end)
        for key in access.writes:
            written[key] = end
        longest = max(longest, end)
    return SpeedUp(sum(access.gas for access in accesses), longest)
