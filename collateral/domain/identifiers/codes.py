"""Coded identifiers with a check rule of their own, by way of python-stdnum."""

from collections.abc import Callable
from dataclasses import dataclass

from stdnum import imei, imo, isin, iso6346, lei, luhn, mac
from stdnum.es import referenciacatastral
from stdnum.eu import eic
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from collateral.domain.identifiers.base import Identifier, IdentifierError, compact

_MIN_DISTINCT = 3
_IMEI_DIGITS = 15
_IMEISV_DIGITS = 16
_MAC_DIGITS = 12
_MULTICAST_BIT = 0x01
_LOCAL_BIT = 0x02


@dataclass(frozen=True)
class _Code:
    """One checked code: its scheme, the prefix of its errors, its name and its example."""

    scheme: str
    prefix: str
    label: str
    shape: str
    validate: Callable[[str], str]


_LEI = _Code("lei", "LEI", "LEI", "20 letters and digits", lei.validate)
_ISIN = _Code("isin", "ISIN", "ISIN", "12 letters and digits", isin.validate)
_IMO = _Code("imo", "IMO", "IMO ship number", "7 digits", imo.validate)
_EIC = _Code("eic", "EIC", "energy identification code", "16 characters", eic.validate)
_ISO6346 = _Code(
    "iso6346", "ISO6346", "container number", "4 letters and 7 digits", iso6346.validate
)
_CADASTRE = _Code(
    "es_cadastre",
    "CADASTRE",
    "cadastral reference",
    "20 characters",
    referenciacatastral.validate,
)
_IMEI = _Code("imei", "IMEI", "IMEI", "15 digits", imei.validate)


def _refusal(code: _Code, text: str, error: ValidationError) -> IdentifierError:
    if isinstance(error, InvalidChecksum):
        return IdentifierError(
            f"{code.prefix}_CHECKSUM",
            f"The {code.label} {text} fails its check digit. Compare it with the document.",
        )
    kind = "LENGTH" if isinstance(error, InvalidLength) else "FORMAT"
    return IdentifierError(
        f"{code.prefix}_{kind}",
        f"{text!r} is not a valid {code.label}, which has {code.shape}.",
    )


def _checked(code: _Code, text: str) -> Identifier:
    try:
        canonical = code.validate(text)
    except ValidationError as error:
        raise _refusal(code, text, error) from error
    if len(set(canonical)) < _MIN_DISTINCT:
        raise IdentifierError(
            "PLACEHOLDER_ID",
            f"The {code.label} {canonical} repeats one or two characters: it looks like a "
            "placeholder. Enter the real one.",
        )
    return Identifier(code.scheme, canonical)


def legal_entity(raw: str) -> Identifier:
    """Return the canonical LEI (ISO 17442) of a firm."""
    return _checked(_LEI, compact(raw))


def security(raw: str) -> Identifier:
    """Return the canonical ISIN of a security."""
    return _checked(_ISIN, compact(raw))


def ship(raw: str) -> Identifier:
    """Return the canonical IMO number of a ship; a leading ``IMO`` is dropped."""
    return _checked(_IMO, compact(raw))


def energy(raw: str) -> Identifier:
    """Return the canonical EIC of an energy asset; its dashes are part of it."""
    return _checked(_EIC, "".join(raw.split()).upper())


def container(raw: str) -> Identifier:
    """Return the canonical ISO 6346 number of a freight container."""
    return _checked(_ISO6346, compact(raw))


def cadastre_es(raw: str) -> Identifier:
    """Return the canonical Spanish cadastral reference of a property."""
    return _checked(_CADASTRE, compact(raw))


def modem(raw: str) -> Identifier:
    """Return the canonical IMEI of a device.

    An IMEISV (16 digits) has no check digit and changes with the software, so only its first 14
    digits name the device: they are completed to the IMEI, and that is flagged.
    """
    text = compact(raw)
    if len(text) == _IMEISV_DIGITS and text.isascii() and text.isdigit():
        body = text[: _IMEI_DIGITS - 1]
        checked = _checked(_IMEI, body + luhn.calc_check_digit(body))
        return Identifier("imei", checked.canonical, frozenset({"IMEISV_NO_CHECK"}))
    if len(text) != _IMEI_DIGITS:
        raise IdentifierError(
            "IMEI_LENGTH", f"An IMEI has {_IMEI_DIGITS} digits, {text!r} has {len(text)}."
        )
    return _checked(_IMEI, text)


def network_device(raw: str) -> Identifier:
    """Return the canonical EUI-48 address of one device (unicast)."""
    text = compact(raw).replace(":", "").replace(".", "")
    if len(text) != _MAC_DIGITS:
        raise IdentifierError(
            "MAC_LENGTH", f"A MAC address has {_MAC_DIGITS} hexadecimal digits, {raw!r} has not."
        )
    octets = ":".join(text[i : i + 2] for i in range(0, _MAC_DIGITS, 2))
    try:
        canonical = mac.validate(octets).upper()
    except ValidationError as error:
        raise IdentifierError("MAC_FORMAT", f"{raw!r} is not a MAC address.") from error
    first = int(text[:2], 16)
    if first & _MULTICAST_BIT:
        raise IdentifierError(
            "MAC_FORMAT", f"{canonical} is a multicast address; a device has a unicast address."
        )
    if len(set(text)) < _MIN_DISTINCT:
        raise IdentifierError("PLACEHOLDER_ID", f"{canonical} looks like a placeholder address.")
    # A locally administered address can be set by software, so it names the device weakly.
    flags = frozenset({"MAC_LOCALLY_ADMINISTERED"}) if first & _LOCAL_BIT else frozenset[str]()
    return Identifier("mac", canonical, flags)
