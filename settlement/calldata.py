"""The words of `settle` in and out of calldata."""

from collections.abc import Sequence
from functools import cache

from contracts.abi import SELECTOR_BYTES, decode_arguments, encode_call
from contracts.domain.words import WORD_BYTES, split_operations
from settlement.domain.packing import Waiting
from settlement.models import Batch


def operations_of(batch: Batch) -> list[Waiting]:
    """Return the operations in a batch, in the order of its words."""
    words = decode_arguments(batch.contract, batch.function, bytes(batch.data))["words"]
    return read_words(words)


def read_words(words: Sequence[bytes]) -> list[Waiting]:
    """Return the operations among `settle`'s words; what follows a first word is its payload."""
    return [
        Waiting(word.number, word.kind, word.loan_number, word.amount, payload)
        for word, payload in split_operations(words)
    ]


def words_in(data: bytes) -> bytes:
    """Return the words that calldata of `settle` carries, end to end, from where it says they lie.

    What is no such calldata gives other words, or none: their hash tells.
    """
    place = SELECTOR_BYTES + _number_at(data, SELECTOR_BYTES + WORD_BYTES)
    start = place + WORD_BYTES
    return data[start : start + _number_at(data, place) * WORD_BYTES]


def _number_at(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + WORD_BYTES])


def settle_calldata(lane: int, words: bytes) -> bytes:
    """Return the calldata of `settle`: the words go in as they are, without an encoder."""
    return _head(lane) + (len(words) // WORD_BYTES).to_bytes(WORD_BYTES, "big") + words


@cache
def _head(lane: int) -> bytes:
    """Return what stands before the count of the words."""
    return encode_call("LoanBook", "settle", [lane, []])[:-WORD_BYTES]
