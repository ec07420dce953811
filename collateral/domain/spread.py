"""A long pass over columns as many short ones, at once on all processors."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")

# What so many places of columns hold fits into a processor's own memory.
_AT_A_TIME = 16_384


def spread(work: Callable[[Piece], None], pieces: Sequence[Piece]) -> None:
    """Do the work for all pieces, in no order; the first error ends it and is raised.

    Worth it for compiled work and for numpy's: both let other threads run meanwhile.
    """
    if len(pieces) <= 1:
        for piece in pieces:
            work(piece)
        return
    with ThreadPoolExecutor() as threads:
        for _ in threads.map(work, pieces):
            pass


def slices(count: int, first: int = 0) -> list[slice]:
    """Return slices that hold so many places from the first on; an empty one for none."""
    end = first + count
    starts = range(first, max(end, first + 1), _AT_A_TIME)
    return [slice(start, min(start + _AT_A_TIME, end)) for start in starts]
