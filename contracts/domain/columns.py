"""The words of `settle` from columns of numbers: many operations for the price of a few."""

import numpy as np
from numpy.typing import NDArray

from contracts.domain.words import WORD_BYTES

Numbers = NDArray[np.int64]
_LIMBS = WORD_BYTES // 8
_LOAN_LOW_BITS, _AMOUNT_LOW_BITS = 24, 24


def words_of_columns(
    kinds: Numbers, numbers: Numbers, loan_numbers: Numbers, amounts: Numbers
) -> bytes:
    """Return one word for each row, end to end, as `joined_words` does; fields are known to fit.

    A word is four limbs of 64 bits; the loan's number and the amount lie across two of them.
    """
    kind, number, loan, amount = (
        column.astype(np.uint64) for column in (kinds, numbers, loan_numbers, amounts)
    )
    limbs = np.zeros((len(kind), _LIMBS), dtype=">u8")
    limbs[:, 0] = kind << np.uint64(56) | number << np.uint64(16) | loan >> _shift(_LOAN_LOW_BITS)
    limbs[:, 1] = loan << _shift(64 - _LOAN_LOW_BITS) | amount >> _shift(_AMOUNT_LOW_BITS)
    limbs[:, 2] = amount << _shift(64 - _AMOUNT_LOW_BITS)
    return limbs.tobytes()


def columns_of_words(words: bytes) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return kinds, numbers, loan numbers and amounts: what `words_of_columns` was given."""
    limbs = np.frombuffer(words, dtype=">u8").reshape(-1, _LIMBS).astype(np.uint64)
    high, middle, low = limbs[:, 0], limbs[:, 1], limbs[:, 2]
    loan_high = (high & _mask(16)) << _shift(_LOAN_LOW_BITS)
    columns = (
        high >> _shift(56),
        high >> _shift(16) & _mask(40),
        loan_high | middle >> _shift(64 - _LOAN_LOW_BITS),
        (middle << _shift(_AMOUNT_LOW_BITS)) | low >> _shift(64 - _AMOUNT_LOW_BITS),
    )
    kinds, numbers, loan_numbers, amounts = (column.astype(np.int64) for column in columns)
    return kinds, numbers, loan_numbers, amounts


def _mask(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)


def _shift(bits: int) -> np.uint64:
    return np.uint64(bits)
