"""Keccak-f[1600] over eight states at once, compiled: the lanes of one vector register.

A state has 25 words; word ``w`` of lane ``lane`` lies at ``s[8 * w + lane]``. Importing this module
takes half a second and the first call compiles, so only work on thousands of hashes imports it.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
LANES = 8
STATE_WORDS = 25 * LANES
# Constants of the last step of each round, in order (FIPS 202, section 3.2.5).
_CONSTANTS = np.array(
    [
        *(0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000),
        *(0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009),
        *(0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A),
        *(0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003),
        *(0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A),
        *(0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008),
    ],
    dtype=np.uint64,
)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays and whole numbers; the machine code is kept on disk."""
    made: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    return made


@compiled
def swapped(word: np.uint64) -> np.uint64:
    """Return the word with its eight bytes in reverse order."""
    low, mid = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
    word = ((word & low) << np.uint64(8)) | ((word >> np.uint64(8)) & low)
    word = ((word & mid) << np.uint64(16)) | ((word >> np.uint64(16)) & mid)
    return (word << np.uint64(32)) | (word >> np.uint64(32))


@compiled
def _left(word: np.uint64, bits: int) -> np.uint64:
    return (word << np.uint64(bits)) | (word >> np.uint64(64 - bits))


@compiled
def _chi(first: np.uint64, second: np.uint64, third: np.uint64) -> np.uint64:
    return first ^ (~second & third)


@compiled
def permute(s: Words) -> None:
    """Apply the permutation to eight states in place.

    Written out word by word: only so does the compiler put eight lanes side by side.
    """
    for constant in _CONSTANTS:
        for lane in range(LANES):
            a0, a1, a2, a3 = s[lane], s[lane + 8], s[lane + 16], s[lane + 24]
            a4, a5, a6, a7 = s[lane + 32], s[lane + 40], s[lane + 48], s[lane + 56]
            a8, a9, a10, a11 = s[lane + 64], s[lane + 72], s[lane + 80], s[lane + 88]
            a12, a13, a14, a15 = s[lane + 96], s[lane + 104], s[lane + 112], s[lane + 120]
            a16, a17, a18, a19 = s[lane + 128], s[lane + 136], s[lane + 144], s[lane + 152]
            a20, a21, a22, a23 = s[lane + 160], s[lane + 168], s[lane + 176], s[lane + 184]
            a24 = s[lane + 192]
            c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
            c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
            c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
            c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
            c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
            d0 = c4 ^ _left(c1, 1)
            d1 = c0 ^ _left(c2, 1)
            d2 = c1 ^ _left(c3, 1)
            d3 = c2 ^ _left(c4, 1)
            d4 = c3 ^ _left(c0, 1)
            b0, b1, b2 = a0 ^ d0, _left(a6 ^ d1, 44), _left(a12 ^ d2, 43)
            b3, b4, b5 = _left(a18 ^ d3, 21), _left(a24 ^ d4, 14), _left(a3 ^ d3, 28)
            b6, b7, b8 = _left(a9 ^ d4, 20), _left(a10 ^ d0, 3), _left(a16 ^ d1, 45)
            b9, b10, b11 = _left(a22 ^ d2, 61), _left(a1 ^ d1, 1), _left(a7 ^ d2, 6)
            b12, b13, b14 = _left(a13 ^ d3, 25), _left(a19 ^ d4, 8), _left(a20 ^ d0, 18)
            b15, b16, b17 = _left(a4 ^ d4, 27), _left(a5 ^ d0, 36), _left(a11 ^ d1, 10)
            b18, b19, b20 = _left(a17 ^ d2, 15), _left(a23 ^ d3, 56), _left(a2 ^ d2, 62)
            b21, b22, b23 = _left(a8 ^ d3, 55), _left(a14 ^ d4, 39), _left(a15 ^ d0, 41)
            b24 = _left(a21 ^ d1, 2)
            s[lane], s[lane + 8] = _chi(b0, b1, b2) ^ constant, _chi(b1, b2, b3)
            s[lane + 16], s[lane + 24] = _chi(b2, b3, b4), _chi(b3, b4, b0)
            s[lane + 32], s[lane + 40] = _chi(b4, b0, b1), _chi(b5, b6, b7)
            s[lane + 48], s[lane + 56] = _chi(b6, b7, b8), _chi(b7, b8, b9)
            s[lane + 64], s[lane + 72] = _chi(b8, b9, b5), _chi(b9, b5, b6)
            s[lane + 80], s[lane + 88] = _chi(b10, b11, b12), _chi(b11, b12, b13)
            s[lane + 96], s[lane + 104] = _chi(b12, b13, b14), _chi(b13, b14, b10)
            s[lane + 112], s[lane + 120] = _chi(b14, b10, b11), _chi(b15, b16, b17)
            s[lane + 128], s[lane + 136] = _chi(b16, b17, b18), _chi(b17, b18, b19)
            s[lane + 144], s[lane + 152] = _chi(b18, b19, b15), _chi(b19, b15, b16)
            s[lane + 160], s[lane + 168] = _chi(b20, b21, b22), _chi(b21, b22, b23)
            s[lane + 176], s[lane + 184] = _chi(b22, b23, b24), _chi(b23, b24, b20)
            s[lane + 192] = _chi(b24, b20, b21)
