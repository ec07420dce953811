"""Identifiers made of several parts: plates, works of art, boards, records of a file."""

import re
import unicodedata

from collateral.domain.identifiers.base import (
    Identifier,
    IdentifierError,
    compact,
    fold,
    fold_name,
    fold_words,
    joined,
    shown,
)

_PLACEHOLDERS = frozenset(
    {"NA", "N/A", "NONE", "UNKNOWN", "TBD", "TEST", "XXX", "SERIAL", "SERIALNUMBER", "DEFAULT"}
)
_MIN_SERIAL_LENGTH = 4
_MAX_SERIAL_LENGTH = 40
_SEQUENCE = "01234567890123456789"
# The first model year with a 17-character VIN; before it every maker numbered as it pleased.
FIRST_VIN_YEAR = 1981
_FIRST_CHASSIS_YEAR = 1885
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_FIRST_YEAR_OF_ART = 1000
_DIMENSIONS_WANTED = 2


def serial_number(raw: str) -> str:
    """Return a plate's serial without blanks and dashes, refusing fillers such as 00000."""
    text = compact(raw)
    if not _MIN_SERIAL_LENGTH <= len(text) <= _MAX_SERIAL_LENGTH:
        raise IdentifierError(
            "SERIAL_LENGTH",
            f"Serial {shown(raw)} has {len(text)} characters; {_MIN_SERIAL_LENGTH} to "
            f"{_MAX_SERIAL_LENGTH} are expected.",
        )
    if text in _PLACEHOLDERS or len(set(text)) == 1 or text in _SEQUENCE:
        raise IdentifierError(
            "PLACEHOLDER_ID", f"Serial {shown(raw)} is a placeholder; read it from the plate."
        )
    if not re.fullmatch(r"[0-9A-Z./#_]+", text):
        raise IdentifierError(
            "SERIAL_CHARSET",
            f"Serial {shown(raw)} holds characters that plates do not: use letters, digits and "
            ". / # _.",
        )
    return text


def plate(maker: str, model: str, serial: str) -> Identifier:
    """Return the canonical maker, model and serial of a machine."""
    return Identifier(
        "serial",
        joined(
            fold_name(maker, label="maker"),
            fold_name(model, label="model"),
            serial_number(serial),
        ),
    )


def chassis(maker: str, number: str, year: str) -> Identifier:
    """Return maker and chassis number of a vehicle from before VINs; it has no check digit."""
    text = compact(year)
    if not re.fullmatch(r"[0-9]{4}", text) or not (
        _FIRST_CHASSIS_YEAR <= int(text) < FIRST_VIN_YEAR
    ):
        raise IdentifierError(
            "CHASSIS_YEAR",
            f"{shown(year)} is no year from {_FIRST_CHASSIS_YEAR} to {FIRST_VIN_YEAR - 1}: later "
            "vehicles have a VIN; register by it.",
        )
    return Identifier(
        "chassis",
        joined(fold_name(maker, label="maker"), serial_number(number)),
        frozenset({"LEGACY_CHASSIS_ID"}),
    )


def gpu_board(maker: str, serial: str) -> Identifier:
    """Return the canonical board serial of a GPU server; the model is no part of it."""
    return Identifier("gpu_serial", joined(fold_name(maker, label="maker"), serial_number(serial)))


def work_of_art(artist: str, title: str, year: str, medium: str, dimensions: str) -> Identifier:
    """Return the Object-ID fields of a work as one identifier.

    There is no register with a check digit, so the identifier is flagged: a verifier compares.
    """
    when = _year_of_work(year)
    canonical = joined(
        _person(artist),
        fold_words(title, label="title"),
        when,
        fold_words(medium, label="medium"),
        _dimensions(dimensions),
    )
    return Identifier("object_id", canonical, frozenset({"OBJECT_ID_NO_CHECK"}))


def record(publisher: str, file: str, record_number: str) -> Identifier:
    """Return the place of a record in a published file: for imports only, and shown as such."""
    number = compact(record_number, keep_dashes=True)
    if not re.fullmatch(r"[1-9][0-9]{0,17}", number):
        raise IdentifierError(
            "RECORD_NUMBER", f"Record number {shown(record_number)} is not a positive whole number."
        )
    canonical = joined(fold(publisher, label="publisher"), fold(file, label="file"), number)
    return Identifier("record", canonical, frozenset({"RECORD_ONLY"}))


def _person(artist: str) -> str:
    """Fold a name; ``Monet, Claude`` and ``Claude Monet`` are one person."""
    folded = fold(artist, label="artist")
    if folded.count(",") == 1:
        family, given = (part.strip() for part in folded.split(","))
        folded = f"{given} {family}"
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()


def _year_of_work(year: str) -> str:
    text = compact(year, keep_dashes=True)
    if not re.fullmatch(r"[0-9]{4}", text) or int(text) < _FIRST_YEAR_OF_ART:
        raise IdentifierError(
            "YEAR_FORMAT", f"Year {shown(year)} of the work is not a year of four digits."
        )
    return text


def _dimensions(dimensions: str) -> str:
    """Return the measures in whole millimetres, ascending (height and width get swapped)."""
    text = unicodedata.normalize("NFKC", dimensions).casefold()
    scale = {"mm": 1, "cm": 10}.get(re.sub(r"[^a-z]+", "", text.replace("x", " ")), 0)
    measures = _NUMBER.findall(text)
    if not scale or len(measures) < _DIMENSIONS_WANTED:
        raise IdentifierError(
            "DIMENSIONS_FORMAT",
            f"Dimensions {shown(dimensions)} are not understood: write them as 81 x 65 cm, or "
            "in mm.",
        )
    millimetres = sorted(_millimetres(measure, scale) for measure in measures)
    return "x".join(str(value) for value in millimetres)


def _millimetres(measure: str, scale: int) -> int:
    """Return a measure in millimetres, rounded down; ``scale`` is millimetres per unit."""
    whole, _, fraction = measure.replace(",", ".").partition(".")
    return (int(whole + fraction) * scale) // int(10 ** len(fraction))
