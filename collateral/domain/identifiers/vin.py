"""Vehicle identification numbers: ISO 3779 and 49 CFR 565.15."""

from collateral.domain.identifiers.base import Identifier, IdentifierError, compact

VIN_LENGTH = 17
FIRST_MODEL_YEAR = 1981
MIN_DISTINCT = 4
ENFORCING_JURISDICTIONS = frozenset({"US", "CA", "CN"})
_ENFORCING_FIRST_CHARACTERS = frozenset("12345L")
_VALUES = dict(zip("ABCDEFGH", range(1, 9), strict=True))
_VALUES |= dict(zip("JKLMN", range(1, 6), strict=True))
_VALUES |= {"P": 7, "R": 9} | dict(zip("STUVWXYZ", range(2, 10), strict=True))
_VALUES |= {digit: int(digit) for digit in "0123456789"}
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def check_character(vin: str) -> str:
    """Return the check character that position 9 of ``vin`` should hold."""
    total = sum(_VALUES[c] * weight for c, weight in zip(vin, _WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def vin(raw: str, *, jurisdiction: str | None = None) -> Identifier:
    """Return the canonical VIN.

    The check digit is binding where the title's market has one (US, CA, CN). Where no market is
    declared the first character decides. Elsewhere a mismatch is flagged: one more verifier.
    """
    text = compact(raw)
    _refuse_bad_shape(text)
    expected = check_character(text)
    flags = frozenset[str]()
    if text[8] != expected:
        if _enforced(text, jurisdiction):
            raise IdentifierError(
                "VIN_CHECKSUM",
                f"VIN {text} fails its check digit: position 9 is {text[8]}, {expected} expected. "
                "Compare it with the plate.",
            )
        flags = frozenset({"VIN_CHECK_NOT_APPLICABLE"})
    return Identifier("vin", text, flags)


def _enforced(text: str, jurisdiction: str | None) -> bool:
    if jurisdiction:
        return jurisdiction.strip().upper() in ENFORCING_JURISDICTIONS
    return text[0] in _ENFORCING_FIRST_CHARACTERS


def _refuse_bad_shape(text: str) -> None:
    if len(text) != VIN_LENGTH:
        raise IdentifierError(
            "VIN_LENGTH",
            f"A VIN has {VIN_LENGTH} characters, {text!r} has {len(text)}. A vehicle built before "
            f"{FIRST_MODEL_YEAR} has a chassis number: register maker, model and serial instead.",
        )
    wrong = sorted(set(text) - _VALUES.keys())
    if wrong:
        raise IdentifierError(
            "VIN_CHARSET",
            f"VIN {text} holds {', '.join(wrong)}; a VIN uses digits and capital letters without "
            "I, O and Q.",
        )
    if len(set(text)) < MIN_DISTINCT or not text[-4:].isdigit():
        raise IdentifierError(
            "PLACEHOLDER_ID",
            f"VIN {text} looks like a placeholder: a real one has at least {MIN_DISTINCT} "
            "different characters and ends in four digits.",
        )
