"""Coded identifiers of firms, securities, ships, containers and plots, with their check rules.

Lengths and alphabets are our own, from the standards; python-stdnum, which is laxer (digits in a
container's owner code, an LEI of any length), computes the check characters.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import cusip, figi, imo, isin, iso6346, lei
from stdnum.es import cups, referenciacatastral
from stdnum.eu import eic
from stdnum.exceptions import InvalidChecksum, ValidationError

from collateral.domain.identifiers.base import Identifier, IdentifierError, compact, shown

# ISO 6166: countries, and the prefixes of numbering agencies that serve no single country; EZ is
# the derivatives bureau's, XT marks tokens, the last five belong to countries that are gone.
ISIN_PREFIXES = frozenset(isin._country_codes) | {"EZ", "XT", "DD", "SU", "TP", "YU", "ZR"}
# Consonants that would read as the country of an ISIN.
_FIGI_NOT_FIRST = frozenset({"BS", "BM", "GG", "GB", "GH", "KY", "VG"})


@dataclass(frozen=True)
class Code:
    """One checked code: its scheme, the prefix of its errors, its words, and its shape."""

    scheme: str
    prefix: str
    label: str
    shape: str
    lengths: tuple[int, ...]
    pattern: re.Pattern[str]
    validate: Callable[[str], str]
    # The part that numbers the thing: a real one holds at least so many different characters.
    # One in 2,000 short numbers has only two.
    body: slice
    min_distinct: int
    keep_dashes: bool = False
    # What people write beside it and is no part of it.
    beside: re.Pattern[str] | None = None


def _code(
    scheme: str,
    label: str,
    shape: str,
    lengths: int | tuple[int, ...],
    pattern: str,
    validate: Callable[[str], str],
    *,
    body: slice = slice(None),
    min_distinct: int = 2,
    prefix: str = "",
    keep_dashes: bool = False,
    beside: str = "",
) -> Code:
    return Code(
        scheme,
        prefix or scheme.upper(),
        label,
        shape,
        lengths if isinstance(lengths, tuple) else (lengths,),
        re.compile(pattern),
        validate,
        body,
        min_distinct,
        keep_dashes,
        re.compile(beside) if beside else None,
    )


_LEI = _code(
    "lei",
    "LEI",
    "20 letters and digits",
    20,
    r"[0-9A-Z]{18}[0-9]{2}",
    lei.validate,
    body=slice(18),
    min_distinct=3,
)
_CUSIP = _code(
    "cusip",
    "CUSIP",
    "9 characters",
    9,
    r"[0-9A-Z*@#]{8}[0-9]",
    cusip.validate,
    body=slice(8),
)
_FIGI = _code(
    "figi",
    "FIGI",
    "12 consonants and digits, the third a G",
    12,
    r"[B-DF-HJ-NP-TV-Z]{2}G[B-DF-HJ-NP-TV-Z0-9]{8}[0-9]",
    figi.validate,
    body=slice(3, 11),
)
_ISIN = _code(
    "isin",
    "ISIN",
    "12 letters and digits",
    12,
    r"[A-Z]{2}[0-9A-Z]{9}[0-9]",
    # The prefix is checked against our own, longer list.
    lambda text: _with_check(text, isin.calc_check_digit(text[:-1])),
    body=slice(2, 11),
)
_IMO = _code(
    "imo",
    "IMO ship number",
    "7 digits",
    7,
    r"[1-9][0-9]{6}",
    imo.validate,
    beside=r"^IMO(?:NO)?[.:#]*",
)
# Issuing office (two digits), kind of object, eleven characters of its own, check character.
_EIC = _code(
    "eic",
    "energy identification code",
    "16 characters, the third a letter A, T, V, W, X, Y or Z",
    16,
    r"[0-9]{2}[ATVWXYZ][0-9A-Z\-]{12}[0-9A-Z]",
    eic.validate,
    body=slice(3, 15),
    keep_dashes=True,
)
# Owner code, U for a container, J for detachable equipment or Z for a chassis, serial, check.
_ISO6346 = _code(
    "iso6346",
    "container number",
    "4 letters, the last U, J or Z, and 7 digits",
    11,
    r"[A-Z]{3}[UJZ][0-9]{7}",
    iso6346.validate,
    min_distinct=3,
    # The check digit stands in a box on the container, and behind a stroke or in brackets in lists.
    beside=r"[\[\]()/](?=.?.?$)",
)
_CADASTRE = _code(
    "es_cadastre",
    "cadastral reference",
    "20 characters, ending in two check letters",
    20,
    r"[0-9A-ZÑ]{14}[0-9A-ZÑ]{4}[A-Z]{2}",
    referenciacatastral.validate,
    body=slice(18),
    min_distinct=3,
    prefix="CADASTRE",
)
_CUPS = _code(
    "es_cups",
    "supply point code",
    "ES, 16 digits and two check letters, at times two more characters",
    (20, 22),
    r"ES[0-9]{16}[A-Z]{2}(?:[0-9][FPRCXYZ])?",
    cups.validate,
    body=slice(2, 18),
    prefix="CUPS",
)


def _with_check(text: str, expected: str) -> str:
    if text[-1] != expected:
        raise InvalidChecksum
    return text


def checksum_refusal(code: Code, text: str) -> IdentifierError:
    """Return the refusal of a code whose check characters do not fit."""
    return IdentifierError(
        f"{code.prefix}_CHECKSUM",
        f"The {code.label} {text} fails its check: a character is wrong or two are swapped. "
        "Compare it with the document.",
    )


def checked(code: Code, raw: str) -> Identifier:
    """Return the canonical code, or refuse it for its length, its shape or its check."""
    text = compact(raw, keep_dashes=code.keep_dashes)
    if code.beside:
        text = code.beside.sub("", text)
    if len(text) not in code.lengths:
        raise IdentifierError(
            f"{code.prefix}_LENGTH",
            f"The {code.label} has {code.shape}; {shown(text)} has {len(text)} characters.",
        )
    if len(set(text[code.body])) < code.min_distinct:
        raise IdentifierError(
            "PLACEHOLDER_ID",
            f"The {code.label} {text} repeats one or two characters: it looks like a "
            "placeholder. Enter the real one.",
        )
    if not code.pattern.fullmatch(text):
        raise _format_refusal(code, text)
    try:
        return Identifier(code.scheme, code.validate(text))
    except InvalidChecksum as error:
        raise checksum_refusal(code, text) from error
    except ValidationError as error:
        raise _format_refusal(code, text) from error


def _format_refusal(code: Code, text: str) -> IdentifierError:
    return IdentifierError(
        f"{code.prefix}_FORMAT", f"{shown(text)} is no {code.label}, which has {code.shape}."
    )


def legal_entity(raw: str) -> Identifier:
    """Return the canonical LEI (ISO 17442) of a firm; its check digits run from 02 to 98."""
    found = checked(_LEI, raw)
    if not 2 <= int(found.canonical[-2:]) <= 98:
        # 00, 01 and 99 leave the same remainder as 97, 98 and 02, which are the ones issued.
        raise checksum_refusal(_LEI, found.canonical)
    return found


def security(raw: str) -> Identifier:
    """Return the canonical ISIN (ISO 6166) of a security."""
    found = checked(_ISIN, raw)
    if found.canonical[:2] not in ISIN_PREFIXES:
        raise IdentifierError(
            "ISIN_COUNTRY",
            f"{found.canonical[:2]} begins no ISIN: the first two letters name a country or "
            "an international issue (XS, EU, EZ).",
        )
    return found


def financial_instrument(raw: str) -> Identifier:
    """Return the canonical FIGI (OMG) of an instrument."""
    found = checked(_FIGI, raw)
    if found.canonical[:2] in _FIGI_NOT_FIRST:
        raise _format_refusal(_FIGI, found.canonical)
    return found


def north_american_security(raw: str) -> Identifier:
    """Return the canonical CUSIP of a security."""
    return checked(_CUSIP, raw)


def ship(raw: str) -> Identifier:
    """Return the canonical IMO number of a ship; a leading ``IMO`` is dropped."""
    return checked(_IMO, raw)


def energy(raw: str) -> Identifier:
    """Return the canonical EIC of an energy asset; its dashes are part of it."""
    return checked(_EIC, raw)


def container(raw: str) -> Identifier:
    """Return the canonical ISO 6346 number of a freight container."""
    return checked(_ISO6346, raw)


def cadastre_es(raw: str) -> Identifier:
    """Return the canonical Spanish cadastral reference of a property."""
    return checked(_CADASTRE, raw)


def supply_point_es(raw: str) -> Identifier:
    """Return the canonical Spanish supply point (CUPS); its last two characters are no part."""
    found = checked(_CUPS, raw)
    return Identifier(found.scheme, found.canonical[:20])
