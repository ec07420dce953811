"""Bytes of a CSV file to a header and numbered rows, or one sentence why not."""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from collateral.domain.portfolio.cells import parse_number
from collateral.domain.portfolio.errors import CellError, FileRefused

MAX_FILE_BYTES = 64 * 1024 * 1024
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_OTHER_DELIMITERS = (";", "\t", "|")
_PEOPLE = ({"yearofbirth"}, {"yearofdeath"}, {"gender", "dates"}, {"placeofbirth"})


@dataclass(frozen=True)
class Line:
    """One record: the line of the file where it starts, and its cells."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A file's header and its records in order."""

    header: tuple[str, ...]
    lines: Sequence[Line]


def read_table(content: bytes, *, skip_lines: int = 0) -> Table:
    """Return the header and records of a UTF-8 CSV file.

    Columns are separated by commas, or by the mark that alone separates the header's.

    ``skip_lines`` records after the header (units, internal names) are left out.
    """
    records = _records(_decoded(content))
    if not records:
        raise FileRefused("EMPTY_FILE", "The file is empty: it has no header line.")
    header = tuple(cell.strip() for cell in records[0].cells)
    _refuse_no_portfolio(header)
    lines = [line for line in records[1 + skip_lines :] if any(c.strip() for c in line.cells)]
    if not lines:
        raise FileRefused("NO_ROWS", "The file has a header line and no rows below it.")
    return Table(header, lines)


def _decoded(content: bytes) -> str:
    if len(content) > MAX_FILE_BYTES:
        raise FileRefused(
            "FILE_TOO_LARGE", f"The file is larger than {MAX_FILE_BYTES >> 20} MiB; split it."
        )
    if content.startswith(_WIDE_MARKS):
        raise FileRefused("ENCODING", "The file is in UTF-16 or UTF-32; save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused(
            "ENCODING",
            f"The file is not UTF-8: byte 0x{content[error.start]:02x} on line {line} does not "
            "belong there; save it as UTF-8.",
        ) from error
    if "\x00" in text:
        raise FileRefused("NOT_TEXT", "The file holds zero bytes: it is not a CSV text file.")
    return text


def _delimiter(text: str) -> str:
    """Return the comma, unless another mark is in the header and no comma is."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    if "," in header:
        return ","
    return next((mark for mark in _OTHER_DELIMITERS if mark in header), ",")


def _records(text: str) -> list[Line]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text))
    records, start = [], 1
    try:
        for cells in rows:
            if cells:
                records.append(Line(start, cells))
            start = rows.line_num + 1
    except csv.Error as error:
        raise FileRefused(
            "CSV_SYNTAX", f"The file breaks the CSV rules near line {rows.line_num}: {error}."
        ) from error
    return records


def _refuse_no_portfolio(header: Sequence[str]) -> None:
    if sum(map(_is_number, header)) * 2 >= len(header):
        raise FileRefused(
            "NO_HEADER",
            f"The file has no header line (it starts with {', '.join(header[:4])}): it looks like "
            "a series such as a price index and is not a portfolio of assets.",
        )
    names = {name.casefold() for name in header}
    if any(mark <= names for mark in _PEOPLE):
        raise FileRefused(
            "LIST_OF_PEOPLE",
            "The file lists people (with their births, deaths or gender) and no works or other "
            "assets: it is not a portfolio.",
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise FileRefused(
            "COLUMN_TWICE", f"The header names {', '.join(twice)} more than once; rename one."
        )


def _is_number(cell: str) -> bool:
    try:
        parse_number(cell, decimal_mark=".")
    except CellError:
        return False
    return True
