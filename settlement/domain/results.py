"""Counting result bits without looking at each operation."""

from dataclasses import dataclass

from contracts.domain.words import Result

# For each result: how many of the four in a byte are it.
_COUNTS = {
    result: bytes(sum(byte >> shift & 3 == result for shift in (0, 2, 4, 6)) for byte in range(256))
    for result in (Result.APPLIED, Result.FAILED, Result.SKIPPED)
}


@dataclass(frozen=True, slots=True)
class Tally:
    """The result bits of a batch, and how many of each there are."""

    results: bytes | None
    applied: int
    failed: int
    skipped: int


def tally(results: bytes, count: int) -> Tally:
    """Count the results of so many operations; bits beyond them are zero and count as nothing."""
    used = results[: (count + 3) // 4]
    return Tally(
        results,
        sum(used.translate(_COUNTS[Result.APPLIED])),
        sum(used.translate(_COUNTS[Result.FAILED])),
        sum(used.translate(_COUNTS[Result.SKIPPED])),
    )
