"""The ready mappings: which published file is read how."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collateral.domain.classes import AssetClass, class_by_code
from collateral.domain.portfolio import ColumnMapping, FileRefused, parse_map, read_table
from collateral.domain.portfolio.mapping import column_mapping

DATA_DIR = Path(__file__).resolve().parent.parent / "data"
MAPPINGS_DIR = DATA_DIR / "mappings"
PORTFOLIO_DIR = DATA_DIR / "portfolio"
OWN_PREFIX = "own_"


@dataclass(frozen=True)
class ReadyMapping:
    """A named mapping and the columns by which its file is known."""

    name: str
    recognised_by: frozenset[str]
    mapping: ColumnMapping


@dataclass(frozen=True)
class PlannedFile:
    """A file of a portfolio: how it is read, or one sentence why it is not."""

    path: Path
    ready: ReadyMapping | None = None
    refusal: str = ""


def known_mappings() -> list[ReadyMapping]:
    """Return every mapping that comes with the project, by name."""
    return [_read(path) for path in sorted(MAPPINGS_DIR.glob("*.toml"))]


def load_mapping(name: str) -> ColumnMapping:
    """Return one ready mapping, or refuse in one sentence that lists those there are."""
    ready = {one.name: one.mapping for one in known_mappings()}
    if name not in ready:
        raise FileRefused(
            "UNKNOWN_MAPPING", f"There is no mapping {name!r}; there are {', '.join(ready)}."
        )
    return ready[name]


def recognise(*, header: Sequence[str], file_name: str) -> ReadyMapping | None:
    """Return the mapping whose columns are all in the header; of several, the closest.

    Files of one shape (cars, trucks) are told apart by their name.
    """
    columns, stem = set(header), Path(file_name).stem
    fitting = [one for one in known_mappings() if one.recognised_by <= columns]
    return max(
        fitting,
        key=lambda one: (one.name == OWN_PREFIX + stem, len(one.recognised_by)),
        default=None,
    )


def plan_portfolio(*, directory: Path) -> list[PlannedFile]:
    """Return every CSV file of a directory with its mapping, or with why it is no portfolio."""
    if not directory.is_dir():
        raise FileRefused("NO_DIRECTORY", f"There is no directory {directory}.")
    paths = sorted(directory.glob("*.csv"))
    if not paths:
        raise FileRefused("NO_FILES", f"The directory {directory} holds no CSV file.")
    return [_planned(path) for path in paths]


def mapping_for(path: Path) -> ReadyMapping:
    """Return the ready mapping of a file, or refuse in one sentence."""
    header = read_table(file_content(path)).header
    found = recognise(header=header, file_name=path.name)
    if found is None:
        raise FileRefused(
            "UNKNOWN_COLUMNS",
            f"No ready mapping fits the columns {', '.join(header[:6])}; say with --class and "
            "--map which of them holds what.",
        )
    return found


def mapping_given(
    *,
    file: Path,
    class_code: str | None,
    text: str | None = None,
    name: str | None = None,
    publisher: str = "",
    decimal_mark: str = "",
    skip_lines: int = 0,
) -> ColumnMapping:
    """Return the mapping that a command line gives: ``text`` as in --map, else by name, else the
    ready one that the file's columns show. A class that is said must be the mapping's.
    """
    if text and not name:
        return column_mapping(
            asset_class=class_said(class_code),
            sources=parse_map(text),
            publisher=publisher,
            decimal_mark=decimal_mark,
            skip_lines=skip_lines,
        )
    mapping = load_mapping(name) if name else mapping_for(file).mapping
    if class_code and class_code != mapping.asset_class.code:
        raise FileRefused(
            "CLASS_MISMATCH",
            f"That mapping is for the class {mapping.asset_class.code}, not {class_code}.",
        )
    return mapping


def class_said(code: str | None) -> AssetClass:
    """Return the class of that code, or refuse where none is said."""
    if code is None:
        raise FileRefused("CLASS_MISSING", "Say the asset class with --class.")
    return class_by_code(code)


def file_content(path: Path) -> bytes:
    """Return a file's bytes, or refuse in one sentence."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileRefused(
            "FILE_UNREADABLE", f"The file {path} cannot be read: {error.strerror}."
        ) from error


def _planned(path: Path) -> PlannedFile:
    try:
        return PlannedFile(path, mapping_for(path))
    except FileRefused as refusal:
        return PlannedFile(path, refusal=refusal.sentence)


def _read(path: Path) -> ReadyMapping:
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    mapping = column_mapping(
        asset_class=class_by_code(data["class"]),
        sources=parse_map(data["map"]),
        constants=data.get("constants", {}),
        publisher=data["publisher"],
        skip_lines=data.get("skip_lines", 0),
    )
    return ReadyMapping(path.stem, frozenset(data["recognised_by"]), mapping)
