"""What we keep in base units, in words for people: rounded for reading, never for reckoning."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from collateral.domain.classes import AssetClass, Field, Kind

_UNITS_PER_CENT = 10_000
_ACRONYMS = ("vin", "mac", "imei", "eic", "apn", "fips", "gpu", "h3")
_SPELLED = {word: word.upper() for word in _ACRONYMS} | {"gpus": "GPUs"}
_PART_ENDS = re.compile(r"(?<!\\)\|")
# Base unit → divisor, decimals shown, and the unit's sign.
_READABLE: Mapping[str, tuple[int, int, str]] = {
    "m": (1_000, 0, "km"),
    "cm2": (10_000, 1, "m²"),
    "w": (1_000, 2, "kW"),
    "wh": (1_000, 0, "kWh"),
    "mct": (1_000, 2, "ct"),
    "months": (12, 1, "years"),
    "kg": (1, 0, "kg"),
    "h": (1, 0, "h"),
    "gb": (1, 0, "GB"),
    "wei": (10**18, 4, "tokens"),
}
FLAG_WORDS: Mapping[str, str] = {
    "RECORD_ONLY": "Known only as a record of a published file; no identifier of its own.",
    "POSSIBLE_DUPLICATE": "Another registered asset has the same address.",
    "VIN_CHECK_NOT_APPLICABLE": (
        "The VIN's check digit does not bind in its market; an inspection is needed as well."
    ),
    "VIN_MODEL_YEAR": (
        "The VIN's tenth character names no model year of its market; is the vehicle an import?"
    ),
    "OBJECT_ID_NO_CHECK": "A work of art has no check digit; compare every part of its Object ID.",
    "ADDRESS_IS_WEAK": "An address can be written in many ways; compare it with the title.",
    "LEGACY_CHASSIS_ID": (
        "A chassis number from before 1981 has no check digit; compare it with the plate and title."
    ),
    "IMEI_TEST_RANGE": "The IMEI's type code is from the range for test equipment.",
    "MAC_LOCALLY_ADMINISTERED": "The network address can be set by software.",
    "IMEISV_NO_CHECK": "The IMEI was given with a software version, which has no check digit.",
    "H3_COARSE": "The location is a coarse cell that holds many devices.",
}


def usd(units: int) -> str:
    """Return an amount of ledger units (1e-6 USD) in dollars and cents, rounded down."""
    cents = units // _UNITS_PER_CENT
    return f"${cents // 100:,}.{cents % 100:02d}"


def shortened(hexadecimal: str) -> str:
    """Return an address or hash with its middle left out."""
    return f"{hexadecimal[:10]}…{hexadecimal[-6:]}"


def moment(seconds: int) -> str:
    """Return a chain time (unix seconds) as day and minute in UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%-d %B %Y, %H:%M UTC")


def flag_words(flag: str) -> str:
    """Return what a flag means, in a sentence."""
    if "_FROM_" in flag:
        name, column = flag.split("_FROM_", 1)
        return f"The {name.replace('_', ' ').lower()} was read from the column {column.lower()}."
    return FLAG_WORDS.get(flag, flag.replace("_", " ").capitalize() + ".")


def readable(field: Field, value: int | str) -> str:
    """Return a kept value with its unit, for reading."""
    if field.kind is Kind.MONEY and isinstance(value, int):
        return usd(value)
    if field.kind is Kind.MEASURE and isinstance(value, int) and field.unit in _READABLE:
        divisor, decimals, sign = _READABLE[field.unit]
        return f"{_divided(value, divisor, decimals)} {sign}"
    return str(value)


def _divided(value: int, divisor: int, decimals: int) -> str:
    """Return ``value / divisor`` with that many decimals, rounded down, without a float."""
    scaled = value * 10**decimals // divisor
    whole, rest = divmod(scaled, 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{whole:,}.{fraction}" if fraction else f"{whole:,}"


def identifier_words(canonical: str) -> str:
    """Return a canonical identifier for reading: its parts set apart by points."""
    parts = _PART_ENDS.split(canonical)
    return " · ".join(part.replace("\\|", "|").replace("\\\\", "\\") for part in parts)


def field_label(field: Field) -> str:
    """Return a field's name as people write it."""
    label = " ".join(_SPELLED.get(word, word) for word in field.name.split("_"))
    return label[0].upper() + label[1:]


_OTHER_LABELS = {"parcel_sha256": "Fingerprint of the outline"}


def disclosure_label(asset_class: AssetClass, name: str) -> str:
    """Return the name of what can be shown alone: a field's label, or a document's own name."""
    key = name.removeprefix("attributes.")
    labels = {field.key: field_label(field) for field in asset_class.fields}
    if key != name and key in labels:
        return labels[key]
    words = _OTHER_LABELS.get(key, key.replace("_", " "))
    return words[:1].upper() + words[1:]


def facts(asset_class: AssetClass, attributes: Mapping[str, int | str]) -> list[tuple[str, str]]:
    """Return what is known of an asset as pairs of name and readable value, in class order."""
    return [
        (field_label(field), readable(field, attributes[field.key]))
        for field in asset_class.fields
        if field.key in attributes
    ]
