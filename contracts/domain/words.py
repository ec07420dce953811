"""The 32-byte words that `LoanBook.settle` takes, and the results it gives back.

An operation is one word; the words of the loan's card follow a charge and a close. A word is
``kind (8) | operation number (40) | loan number (40) | amount (64) | zero (104)``, most
significant bits first. Results are two bits an operation, the first in the lowest bits of byte 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import sha3

from contracts.domain.cards import card_length

WORD_BYTES = 32
# Their bytes fill 32 KiB, for which a node's pool counts a transaction once.
MAX_WORDS = 1_000
LANE_SHIFT = 40
NUMBER_LIMIT = 1 << LANE_SHIFT
AMOUNT_LIMIT = 1 << 64
KIND_LIMIT = 1 << 8
_KIND_SHIFT, _NUMBER_SHIFT, _LOAN_SHIFT, _AMOUNT_SHIFT = 248, 208, 168, 104


class Kind(IntEnum):
    """Kinds of operations, as in `OperationKind`."""

    COLLECT = 1
    CHARGE = 2
    CLOSE = 3


# Kinds that act on a loan's terms or collateral: its card follows their word.
WITH_CARD = frozenset({Kind.CHARGE, Kind.CLOSE})


class Result(IntEnum):
    """Result of one operation, as in `OperationResult`."""

    NONE = 0
    APPLIED = 1
    FAILED = 2
    SKIPPED = 3


class WordInvalid(ValueError):
    """A field does not fit its bits, or bytes are not a word."""


@dataclass(frozen=True, slots=True)
class Word:
    """One operation inside a batch; numbers are within the lane, the amount in ledger units."""

    kind: int
    number: int
    loan_number: int
    amount: int
    is_whole: bool = True
    """Whether the bits below the amount are zero, as they must be."""


def encode_word(kind: int, number: int, loan_number: int, amount: int) -> bytes:
    """Return the 32 bytes of one operation; the amount is in ledger units."""
    _check("kind", kind, KIND_LIMIT)
    _check("operation number", number, NUMBER_LIMIT)
    _check("loan number", loan_number, NUMBER_LIMIT)
    _check("amount", amount, AMOUNT_LIMIT)
    value = (
        kind << _KIND_SHIFT
        | number << _NUMBER_SHIFT
        | loan_number << _LOAN_SHIFT
        | amount << _AMOUNT_SHIFT
    )
    return value.to_bytes(WORD_BYTES, "big")


def joined_words(words: Iterable[tuple[int, int, int, int]]) -> bytes:
    """Return many words end to end; fields are in the order of `encode_word` and known to fit."""
    return b"".join(
        [
            (
                kind << _KIND_SHIFT
                | number << _NUMBER_SHIFT
                | loan_number << _LOAN_SHIFT
                | amount << _AMOUNT_SHIFT
            ).to_bytes(WORD_BYTES, "big")
            for kind, number, loan_number, amount in words
        ]
    )


def decode_word(word: bytes) -> Word:
    """Return the fields of a word."""
    if len(word) != WORD_BYTES:
        raise WordInvalid(f"A word has {WORD_BYTES} bytes; this one has {len(word)}.")
    value = int.from_bytes(word, "big")
    return Word(
        kind=value >> _KIND_SHIFT,
        number=value >> _NUMBER_SHIFT & (NUMBER_LIMIT - 1),
        loan_number=value >> _LOAN_SHIFT & (NUMBER_LIMIT - 1),
        amount=value >> _AMOUNT_SHIFT & (AMOUNT_LIMIT - 1),
        is_whole=value & ((1 << _AMOUNT_SHIFT) - 1) == 0,
    )


def split_operations(words: Sequence[bytes]) -> list[tuple[Word, bytes]]:
    """Return the operations of a batch's words, in order, each with its card's words end to end."""
    operations: list[tuple[Word, bytes]] = []
    place = 0
    while place < len(words):
        word = decode_word(words[place])
        place += 1
        end = place
        if word.kind in WITH_CARD and word.is_whole and place < len(words):
            end += card_length(words[place])
        operations.append((word, b"".join(words[place:end])))
        place = end
    return operations


def decode_operations(words: Sequence[bytes]) -> list[Word]:
    """Return the operations of a batch's words, in order; cards are passed by."""
    return [word for word, _ in split_operations(words)]


def words_hash(words: Iterable[bytes]) -> bytes:
    """Return the hash that `BatchSettled` carries: keccak256 of the words end to end."""
    digest: bytes = sha3.keccak_256(b"".join(words)).digest()
    return digest


def decode_results(results: bytes, count: int) -> list[int]:
    """Return the result of each of ``count`` operations, in their order."""
    needed = (count + 3) // 4
    if len(results) < needed:
        raise WordInvalid(
            f"{count} results need {needed} bytes; the event has {len(results)} bytes."
        )
    return [results[index >> 2] >> (index & 3) * 2 & 3 for index in range(count)]


def encode_results(results: Sequence[int]) -> bytes:
    """Return the packed form of the results, the inverse of `decode_results`."""
    packed = bytearray((len(results) + 3) // 4)
    for index, result in enumerate(results):
        packed[index >> 2] |= result << (index & 3) * 2
    return bytes(packed)


def striped(lane: int, number: int) -> int:
    """Return the id of a loan or an operation: ``lane << 40 | number``."""
    _check("number", number, NUMBER_LIMIT)
    return lane << LANE_SHIFT | number


def unstriped(identifier: int) -> tuple[int, int]:
    """Return the lane and the number of a loan or operation id."""
    return identifier >> LANE_SHIFT, identifier & (NUMBER_LIMIT - 1)


def _check(name: str, value: int, limit: int) -> None:
    if not 0 <= value < limit:
        raise WordInvalid(f"The {name} must be from 0 to {limit - 1}; it is {value}.")
