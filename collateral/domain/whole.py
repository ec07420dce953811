"""Whole numbers as addresses, forms and headers bring them."""

from collections.abc import Iterable

# Fits the database's widest integer whatever the digits are.
MAX_DIGITS = 18


def whole_number(text: str) -> int | None:
    """Return a number written as 1 to 18 ASCII digits; None for any other text."""
    is_whole = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    return int(text) if is_whole else None


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """Return those of the texts that are whole numbers, in their order."""
    return [number for text in texts if (number := whole_number(text)) is not None]
