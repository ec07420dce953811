"""Vehicle identification numbers: ISO 3779, ISO 3780 and 49 CFR 565.15."""

import re

from collateral.domain.identifiers.base import (
    Identifier,
    IdentifierError,
    compact,
    odd_characters,
    shown,
)
from collateral.domain.identifiers.countries import country_of

VIN_LENGTH = 17
FIRST_MODEL_YEAR = 1981
MIN_DISTINCT = 4
ENFORCING_JURISDICTIONS = frozenset({"US", "CA", "CN"})
_ENFORCING_FIRST_CHARACTERS = frozenset("12345L")
# Codes from 7F on are the United States' too, since those with 1, 4 and 5 ran short (Tesla's 7SA);
# 7A to 7E are New Zealand's.
_SECOND_OF_NEW_ZEALAND = frozenset("ABCDE")
# Makers built cars in Mexico and the United States for Europe with this filler, which the
# North American rule, where positions 4 to 8 describe the vehicle, does not know.
_EUROPEAN_FILLER = "ZZZ"
# Characters that never stand for a model year (place 10) where the check digit binds.
_NO_MODEL_YEAR = frozenset("0UZ")
_VALUES = dict(zip("ABCDEFGH", range(1, 9), strict=True))
_VALUES |= dict(zip("JKLMN", range(1, 6), strict=True))
_VALUES |= {"P": 7, "R": 9} | dict(zip("STUVWXYZ", range(2, 10), strict=True))
_VALUES |= {digit: int(digit) for digit in "0123456789"}
_ALPHABET = "".join(_VALUES)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
# A maker of fewer than 1,000 vehicles a year has 9 in third place, and its own code, letters
# too, in places 12 to 14; every other maker's serial ends in four digits.
_SMALL_MAKER = "9"
_ENDING = re.compile(r"[0-9]{4}")
_SMALL_MAKER_ENDING = re.compile(r"[0-9A-Z][0-9]{3}")
# One character eleven times running, a serial of zeros, counting, words; no region begins with 0.
_FILLER = re.compile(r"(.)\1{10}|000000$|^0|12345678901234|ABCDEFGH|^TEST|^UNKN|SAMPLE|EXAMPLE")


def check_character(vin: str) -> str:
    """Return the check character that position 9 of ``vin`` should hold."""
    total = sum(_VALUES[c] * weight for c, weight in zip(vin, _WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def vin(raw: str, *, jurisdiction: str | None = None) -> Identifier:
    """Return the canonical VIN.

    The check digit is binding where the title's market has one (US, CA, CN). Where no market is
    declared the first character decides. Elsewhere a mismatch is flagged: one more verifier.
    A model year that the binding markets do not know is flagged too: an import may have it.
    Stars that set the number off on its plate are no part of it.
    """
    text, country = compact(raw).strip("*"), country_of(jurisdiction)
    _refuse_bad_shape(text)
    expected = check_character(text)
    binding, flags = _enforced(text, country), frozenset[str]()
    if text[8] != expected:
        if binding:
            raise IdentifierError(
                "VIN_CHECKSUM",
                f"VIN {text} fails its check digit: position 9 is {text[8]}, {expected} expected. "
                "Compare it with the plate.",
            )
        flags = frozenset({"VIN_CHECK_NOT_APPLICABLE"})
    elif binding and text[9] in _NO_MODEL_YEAR:
        flags = frozenset({"VIN_MODEL_YEAR"})
    return Identifier("vin", text, flags)


def _enforced(text: str, country: str) -> bool:
    if country:
        return country in ENFORCING_JURISDICTIONS
    is_american = text[0] == "7" and text[1] not in _SECOND_OF_NEW_ZEALAND
    by_maker = is_american or text[0] in _ENFORCING_FIRST_CHARACTERS
    return by_maker and text[3:6] != _EUROPEAN_FILLER


def _refuse_bad_shape(text: str) -> None:
    if len(text) != VIN_LENGTH:
        raise IdentifierError(
            "VIN_LENGTH",
            f"A VIN has {VIN_LENGTH} characters, {shown(text)} has {len(text)}. A vehicle built "
            f"before {FIRST_MODEL_YEAR} has a chassis number: register it as LEGACY_CHASSIS_ID, "
            "by maker and chassis number.",
        )
    wrong = odd_characters(text, _ALPHABET)
    if wrong:
        raise IdentifierError(
            "VIN_CHARSET",
            f"VIN {text} holds {wrong}; a VIN uses digits and capital letters without I, O and Q.",
        )
    ending = _SMALL_MAKER_ENDING if text[2] == _SMALL_MAKER else _ENDING
    if len(set(text)) < MIN_DISTINCT or _FILLER.search(text) or not ending.fullmatch(text[-4:]):
        raise IdentifierError(
            "PLACEHOLDER_ID",
            f"VIN {text} looks like a placeholder: a real one has at least {MIN_DISTINCT} "
            "different characters, a maker's code, and a serial that ends in digits.",
        )
