"""Reading the numbers of what somebody signed: a field that does not fit is refused in words."""

import re
from collections.abc import Mapping
from typing import Any

from lending.domain.errors import LendingRefused

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def read_numbers(given: Mapping[str, Any], bits: Mapping[str, int]) -> dict[str, int]:
    """Return the named whole numbers, each of at most so many bits, or raise which is wrong."""
    missing = [name for name in bits if name not in given]
    if missing:
        raise LendingRefused("terms_incomplete", f"The terms lack {', '.join(missing)}.")
    return {name: read_number(given[name], name, size) for name, size in bits.items()}


def read_number(value: Any, name: str, bits: int) -> int:
    """Return one whole number, given as a number or as text in digits."""
    is_digits = isinstance(value, str) and value.isascii() and value.isdecimal()
    if not (type(value) is int or (is_digits and len(value) <= bits)):
        raise LendingRefused("terms_malformed", f"{name} is no whole number.")
    number = int(value)
    if not 0 <= number < 1 << bits:
        raise LendingRefused("terms_malformed", f"{name} is out of range.")
    return number


def is_address(text: str) -> bool:
    """Return whether a text is an address, whatever the case of its digits."""
    return _ADDRESS.fullmatch(text) is not None


def signed_bytes(signature: bytes | str) -> bytes:
    """Return a signature that may come as hexadecimal text."""
    if isinstance(signature, bytes):
        return signature
    try:
        return bytes.fromhex(signature.removeprefix("0x"))
    except ValueError as error:
        raise LendingRefused(
            "signature_malformed", "The signature cannot be read. Sign again."
        ) from error
