"""The words of `settle` in and out of calldata."""

from collections.abc import Sequence
from functools import cache

from contracts.abi import decode_arguments, encode_call
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


def settle_calldata(lane: int, words: bytes) -> bytes:
    """Return the calldata of `settle`: the words go in as they are, without an encoder."""
    return _head(lane) + (len(words) // WORD_BYTES).to_bytes(WORD_BYTES, "big") + words


@cache
def _head(lane: int) -> bytes:
    """Return what stands before the count of the words."""
    return encode_call("LoanBook", "settle", [lane, []])[:-WORD_BYTES]
