"""What every scheme shares: the result, the refusal, and folding to one spelling."""

import re
import unicodedata
from dataclasses import dataclass

from collateral.domain.refusal import Refusal

SEPARATOR = "|"
MAX_PART_LENGTH = 200
MAX_CODE_LENGTH = 1_000
_SHOWN_LENGTH = 60
_BLANKS = re.compile(r"\s+")
_ASCII_BLANKS_AND_DASHES = str.maketrans("", "", " \t\n\r\f\v-")
_ASCII_BLANKS = str.maketrans("", "", " \t\n\r\f\v")
_EXTRA_DASHES = frozenset("\u00ad\u2043\u2212")
# Marks that turn the reading direction show another order of characters than they hold.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNUSABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
# Case-folded Cyrillic and Greek letters whose capitals look like a Latin capital.
_LATIN_LOOKALIKES = dict(zip("авекмнорстухіјѕ", "abekmhopctyxijs", strict=True)) | dict(
    zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)
)


class IdentifierError(Refusal):
    """An identifier that cannot be accepted: a stable code and a full sentence."""


@dataclass(frozen=True)
class Identifier:
    """An accepted identifier: its scheme, its one canonical spelling, and what to know of it."""

    scheme: str
    canonical: str
    flags: frozenset[str] = frozenset()


def shown(raw: str) -> str:
    """Return ``raw`` quoted for a sentence, shortened where it is long."""
    return repr(raw if len(raw) <= _SHOWN_LENGTH else f"{raw[:_SHOWN_LENGTH]}…")


def compact(raw: str, *, keep_dashes: bool = False) -> str:
    """Return a code in its one spelling: NFKC, ASCII digits and capitals, no blanks or dashes.

    With ``keep_dashes`` every kind of dash becomes ``-`` and stays. Letters of other alphabets
    stay as they are, so that the scheme refuses them: they are no variant of a Latin code.
    """
    if len(raw) > MAX_CODE_LENGTH:
        raise IdentifierError(
            "VALUE_TOO_LONG", f"{shown(raw)} has {len(raw)} characters: no identifier is that long."
        )
    if not raw.isascii():
        raw = _plain(raw)
    text = raw.translate(_ASCII_BLANKS if keep_dashes else _ASCII_BLANKS_AND_DASHES)
    if not text.isprintable():
        _refuse_unusable(text, label="identifier")
    return text.upper() if text.isascii() else "".join(map(_capital, text))


def _capital(character: str) -> str:
    """Return the capital of a letter, unless it is another letter's (``ı``) or two (``ß``)."""
    capital = character.upper()
    return capital if len(capital) == 1 and capital.lower() == character else character


def _plain(raw: str) -> str:
    """Return text in NFKC with ASCII digits, dashes and blanks, without invisible marks."""
    plain = []
    for character in unicodedata.normalize("NFKC", raw):
        category = unicodedata.category(character)
        if character in _EXTRA_DASHES or category == "Pd":
            plain.append("" if character == "\u00ad" else "-")
        elif category == "Nd":
            plain.append(str(unicodedata.decimal(character)))
        elif category in {"Zs", "Zl", "Zp"}:
            plain.append(" ")
        elif category != "Cf" or character in _DIRECTIONS:
            plain.append(character)
    return "".join(plain)


def _refuse_unusable(text: str, *, label: str) -> None:
    for character in text:
        if unicodedata.category(character) in _UNUSABLE or character in _DIRECTIONS:
            raise IdentifierError(
                "PART_CHARSET",
                f"The {label} holds the control character U+{ord(character):04X}; type it without.",
            )


def odd_characters(text: str, allowed: str) -> str:
    """Return the characters of ``text`` that are not ``allowed``, named where not ASCII."""
    odd = dict.fromkeys(character for character in text if character not in allowed)
    return ", ".join(
        one if one.isascii() else f"{one} ({unicodedata.name(one, 'unnamed').lower()})"
        for one in odd
    )


def fold(raw: str, *, label: str) -> str:
    """Return free text (a maker, a title) in one spelling: NFKC, case-folded, single blanks.

    A word of Cyrillic or Greek letters that all look Latin is taken for the Latin word.
    """
    if len(raw) > MAX_CODE_LENGTH:
        raise _too_long(label)
    text = _BLANKS.sub(" ", raw if raw.isascii() else _plain(raw)).strip()
    _refuse_unusable(text, label=label)
    folded = unicodedata.normalize("NFKC", text.casefold())
    if not folded:
        raise IdentifierError("PART_MISSING", f"The {label} is empty; enter it.")
    if len(folded) > MAX_PART_LENGTH:
        raise _too_long(label)
    if folded.isascii():
        return folded
    return " ".join(_one_alphabet(word, label=label) for word in folded.split(" "))


def _too_long(label: str) -> IdentifierError:
    return IdentifierError(
        "PART_TOO_LONG", f"The {label} is longer than {MAX_PART_LENGTH} characters; shorten it."
    )


def _one_alphabet(word: str, *, label: str) -> str:
    """Return a word in one alphabet, refusing one that mixes letters nobody would mix."""
    foreign = [one for one in word if _alphabet(one) in {"CYRILLIC", "GREEK"}]
    if not foreign:
        return word
    if all(one in _LATIN_LOOKALIKES for one in foreign):
        return "".join(_LATIN_LOOKALIKES.get(one, one) for one in word)
    if any(_alphabet(one) == "LATIN" for one in word):
        raise IdentifierError(
            "MIXED_ALPHABETS",
            f"The {label} mixes alphabets in the word {word!r}; type it with one keyboard layout.",
        )
    return word


def _alphabet(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""


def fold_name(raw: str, *, label: str) -> str:
    """Return a maker or model in one spelling, without blanks and marks: ``VF-2`` is ``vf2``."""
    return fold_words(raw, label=label).replace(" ", "")


def fold_words(raw: str, *, label: str) -> str:
    """Return free text folded and without punctuation, which everybody sets differently."""
    folded = fold(raw, label=label)
    bare = "".join(" " if unicodedata.category(one)[0] == "P" else one for one in folded)
    return " ".join(bare.split()) or folded


def joined(*parts: str) -> str:
    """Join folded parts so that no two different lists give the same text."""
    return SEPARATOR.join(
        part.replace("\\", "\\\\").replace(SEPARATOR, "\\" + SEPARATOR) for part in parts
    )
