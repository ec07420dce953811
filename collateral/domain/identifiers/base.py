"""What every scheme shares: the result, the refusal, and folding to one spelling."""

import re
import unicodedata
from dataclasses import dataclass

SEPARATOR = "|"
_BLANKS_AND_DASHES = re.compile(r"[\s\-‐-―−]+")
_BLANKS = re.compile(r"\s+")
MAX_PART_LENGTH = 200


class IdentifierError(ValueError):
    """An identifier that cannot be accepted: a stable code and a full sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Identifier:
    """An accepted identifier: its scheme, its one canonical spelling, and what to know of it."""

    scheme: str
    canonical: str
    flags: frozenset[str] = frozenset()


def compact(raw: str) -> str:
    """Return ``raw`` in NFKC and upper case, without blanks and dashes."""
    return _BLANKS_AND_DASHES.sub("", unicodedata.normalize("NFKC", raw)).upper()


def fold(raw: str, *, label: str) -> str:
    """Return free text (a maker, a title) in one spelling: NFKC, case-folded, single blanks."""
    folded = _BLANKS.sub(" ", unicodedata.normalize("NFKC", raw)).strip()
    folded = unicodedata.normalize("NFKC", folded.casefold())
    if not folded:
        raise IdentifierError("PART_MISSING", f"The {label} is empty; enter it.")
    if len(folded) > MAX_PART_LENGTH:
        raise IdentifierError(
            "PART_TOO_LONG", f"The {label} is longer than {MAX_PART_LENGTH} characters; shorten it."
        )
    if any(unicodedata.category(character).startswith("C") for character in folded):
        raise IdentifierError(
            "PART_CHARSET", f"The {label} holds control characters; type it without them."
        )
    return folded


def joined(*parts: str) -> str:
    """Join folded parts so that no two different lists give the same text."""
    return SEPARATOR.join(
        part.replace("\\", "\\\\").replace(SEPARATOR, "\\" + SEPARATOR) for part in parts
    )
