"""Exact arithmetic of whole numbers in 64-bit words, with products of 128 bits where needed."""

from typing import Any

import numpy as np

from collateral.domain.keccak_lanes import Words, compiled

# What does not fit is left to the scalar model, whose numbers have no limit.
TOO_LARGE = -1
_HALF = 0xFFFFFFFF


@compiled
def mul_div_down(first: int, second: int, divisor: int) -> Any:
    """Return ``first · second / divisor`` rounded down, or ``TOO_LARGE`` beyond 62 bits.

    Factors are not below zero and below 2^63, the divisor is above zero.
    """
    high, low = multiplied(np.uint64(first), np.uint64(second))
    by = np.uint64(divisor)
    if high == np.uint64(0):
        quotient = low // by
    elif high >= by:
        return TOO_LARGE
    else:
        quotient = _divided(high, low, by)
    return np.int64(quotient) if quotient < np.uint64(1 << 62) else TOO_LARGE


@compiled
def multiplied(first: np.uint64, second: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return the high and the low word of a product."""
    half, shift = np.uint64(_HALF), np.uint64(32)
    a, b = first >> shift, first & half
    c, d = second >> shift, second & half
    low = b * d
    middle = a * d + (low >> shift)
    other = b * c + (middle & half)
    high = a * c + (middle >> shift) + (other >> shift)
    return high, (other << shift) | (low & half)


@compiled
def _divided(high: np.uint64, low: np.uint64, by: np.uint64) -> Any:
    """Return the quotient of two words by one that is above the high one (Knuth's algorithm D)."""
    one = np.uint64(1)
    shift = np.uint64(0)
    while by < np.uint64(1 << 63):
        by = by << one
        high = (high << one) | (low >> np.uint64(63))
        low = low << one
        shift += one
    half = np.uint64(32)
    first, rest = _digit(high, low >> half, by)
    second, _ = _digit(rest, low & np.uint64(_HALF), by)
    return (first << half) | second


@compiled
def _digit(rest: np.uint64, following: np.uint64, by: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return a digit of 32 bits and the remainder, for a divisor whose top bit is set."""
    half, mask, one = np.uint64(32), np.uint64(_HALF), np.uint64(1)
    top, bottom = by >> half, by & mask
    digit = rest // top
    left = rest - digit * top
    while digit > mask or digit * bottom > ((left << half) | following):
        digit -= one
        left += top
        if left > mask:
            break
    # Wraps around in 64 bits, as the true remainder fits them.
    return digit, ((rest << half) | following) - digit * by


@compiled
def ceil_div(dividend: int, divisor: int) -> Any:
    """Return the quotient rounded up; the dividend is not below zero."""
    return (dividend + divisor - 1) // divisor


@compiled
def weighted_median_down(values: Words, weights: Words, count: int) -> Any:
    """Return the smallest value at which half the weight is reached; sorts both arrays."""
    total = 0
    for place in range(count):
        value, weight, at = values[place], weights[place], place
        total += weight
        while at > 0 and values[at - 1] > value:
            values[at], weights[at] = values[at - 1], weights[at - 1]
            at -= 1
        values[at], weights[at] = value, weight
    reached = 0
    for place in range(count):
        reached += weights[place]
        if 2 * reached >= total:
            return values[place]
    return 0


@compiled
def deviation_up(values: Words, count: int, centre: int, scratch: Words) -> Any:
    """Return 1.4826 times the upper median of distances from the centre, rounded up."""
    for place in range(count):
        distance, at = abs(values[place] - centre), place
        while at > 0 and scratch[at - 1] > distance:
            scratch[at] = scratch[at - 1]
            at -= 1
        scratch[at] = distance
    return ceil_div(scratch[count // 2] * 14_826, 10_000)
