"""Robust statistics in whole numbers. Every median is of observed values, never between two."""

from collections.abc import Sequence
from math import isqrt

# 1.4826: makes the median absolute deviation estimate a standard deviation.
_MAD_TO_SIGMA_E4 = 14_826
_E4 = 10_000
_E3 = 1_000


def weighted_median_down(values: Sequence[tuple[int, int]]) -> int:
    """Return the smallest value at which half the weight is reached.

    ``values`` are pairs of value and weight. Of two middle values it takes the lower,
    so an even split never raises a price.
    """
    total = sum(weight for _, weight in values)
    if total <= 0:
        raise ValueError("A weighted median needs at least one value of positive weight.")
    reached = 0
    median = 0
    for value, weight in sorted(values):
        reached += weight
        median = value
        if 2 * reached >= total:
            break
    return median


def deviation_up(values: Sequence[int], *, centre: int) -> int:
    """Return 1.4826 times the median absolute deviation from ``centre``, rounded up.

    Of two middle deviations it takes the higher, so two sources that disagree show it.
    """
    deviations = sorted(abs(value - centre) for value in values)
    middle = deviations[len(deviations) // 2]
    return -(-middle * _MAD_TO_SIGMA_E4 // _E4)


def standard_error_up(*, deviation: int, count: int) -> int:
    """Return ``deviation / sqrt(count)``, rounded up."""
    root_e3 = isqrt(count * _E3 * _E3)
    return -(-deviation * _E3 // root_e3)


def without_outliers(
    values: Sequence[int], *, centre: int, deviation: int, times: int
) -> list[bool]:
    """Return for each value whether it lies within ``times`` deviations of the centre."""
    return [abs(value - centre) <= times * deviation for value in values]
