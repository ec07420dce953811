"""Values that lie in an event's words as they are: read by their place, without a codec.

These are whole numbers, addresses, truth values and fixed bytes, lists of them, and bytes of any
length: most of what events carry. What their type cannot have written is left to the codec, which
refuses it.
"""

from collections.abc import Callable
from typing import Any

from contracts.abi import checksum

WORD_BYTES = 32
ADDRESS_BYTES = 20

# What makes a value of its word in the data, and of all of the data where the word points into it.
Reader = Callable[[bytes, bytes], Any]


class Unusual(Exception):
    """A value does not lie there as its type has it, or not whole."""


def reader_of(kind: str) -> Reader | None:
    """Return what reads a value of that type, or None where it takes the codec."""
    if kind == "bytes":
        return _bytes
    if kind.endswith("[]"):
        element = _one_word(kind.removesuffix("[]"))
        return None if element is None else _list_of(element)
    return _one_word(kind)


def _one_word(kind: str) -> Reader | None:
    if kind == "address":
        return _address
    if kind == "bool":
        return _bool
    for name, make in (("uint", _unsigned), ("int", _signed), ("bytes", _fixed)):
        size = kind.removeprefix(name)
        if kind.startswith(name) and size.isdecimal():
            return make(int(size))
    return None


def _unsigned(bits: int) -> Reader:
    limit = 1 << bits

    def read(word: bytes, _: bytes) -> int:
        value = int.from_bytes(word)
        if value >= limit:
            raise Unusual
        return value

    return read


def _signed(bits: int) -> Reader:
    limit = 1 << bits - 1

    def read(word: bytes, _: bytes) -> int:
        value = int.from_bytes(word, signed=True)
        if not -limit <= value < limit:
            raise Unusual
        return value

    return read


def _fixed(size: int) -> Reader:
    rest = bytes(WORD_BYTES - size)

    def read(word: bytes, _: bytes) -> str:
        if word[size:] != rest:
            raise Unusual
        return "0x" + word[:size].hex()

    return read


_NO_ADDRESS = bytes(WORD_BYTES - ADDRESS_BYTES)


def _address(word: bytes, _: bytes) -> str:
    if not word.startswith(_NO_ADDRESS):
        raise Unusual
    return checksum("0x" + word[-ADDRESS_BYTES:].hex())


def _bool(word: bytes, _: bytes) -> bool:
    value = int.from_bytes(word)
    if value > 1:
        raise Unusual
    return value == 1


def _bytes(word: bytes, data: bytes) -> str:
    size, start = _tail(word, data)
    padded = data[start : start + -(-size // WORD_BYTES) * WORD_BYTES]
    if len(padded) < size or len(padded) % WORD_BYTES or any(padded[size:]):
        raise Unusual
    return "0x" + padded[:size].hex()


def _list_of(element: Reader) -> Reader:
    def read(word: bytes, data: bytes) -> list[Any]:
        count, start = _tail(word, data)
        end = start + count * WORD_BYTES
        if end > len(data):
            raise Unusual
        places = range(start, end, WORD_BYTES)
        return [element(data[place : place + WORD_BYTES], data) for place in places]

    return read


def _tail(word: bytes, data: bytes) -> tuple[int, int]:
    """Return the length that stands where the word points, and where its content begins."""
    offset = int.from_bytes(word)
    start = offset + WORD_BYTES
    if start > len(data):
        raise Unusual
    return int.from_bytes(data[offset:start]), start
