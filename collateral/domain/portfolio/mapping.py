"""Which of their columns holds which of our fields, and in what unit."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collateral.domain.classes import AssetClass, Field, Kind
from collateral.domain.portfolio.cells import DATE_UNITS, DECIMAL_MARKS, unit_of
from collateral.domain.portfolio.errors import FileRefused

ALTERNATIVE = "|"


@dataclass(frozen=True)
class Source:
    """The columns that hold a field, the first filled one counting, and their unit."""

    columns: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True)
class ColumnMapping:
    """How one file becomes rows of a class."""

    asset_class: AssetClass
    sources: Mapping[str, Source]
    constants: Mapping[str, str] = field(default_factory=dict)
    publisher: str = ""
    decimal_mark: str = ""
    skip_lines: int = 0

    def columns(self) -> list[str]:
        """Return every column that is named, once."""
        named = [column for source in self.sources.values() for column in source.columns]
        return list(dict.fromkeys(named))


def parse_map(text: str) -> dict[str, Source]:
    """Return the sources in ``price=Price:kUSD,sold_on=Date``.

    A column that holds a comma is put in double quotes together with its field:
    ``price=Price,"maker=Make, or brand"``. ``A|B`` takes B where A is empty.
    """
    sources: dict[str, Source] = {}
    for part in _parts(text):
        name, equals, column = part.strip().partition("=")
        if not equals or not name.strip() or not column.strip():
            raise FileRefused(
                "MAP_SYNTAX",
                f"{part.strip()!r} in --map is not understood; write field=Column or "
                "field=Column:unit, separated by commas.",
            )
        if name.strip() in sources:
            raise FileRefused("MAP_TWICE", f"--map names the field {name.strip()!r} twice.")
        sources[name.strip()] = _source(column.strip())
    return sources


def _parts(text: str) -> list[str]:
    try:
        return next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error as error:
        raise FileRefused("MAP_SYNTAX", f"--map is not understood: {error}.") from error


def _source(column: str) -> Source:
    names, colon, unit = column.rpartition(":")
    if not colon:
        names, unit = column, ""
    columns = tuple(name.strip() for name in names.split(ALTERNATIVE) if name.strip())
    return Source(columns, unit.strip())


def column_mapping(
    *,
    asset_class: AssetClass,
    sources: Mapping[str, Source],
    constants: Mapping[str, str] | None = None,
    publisher: str = "",
    decimal_mark: str = "",
    skip_lines: int = 0,
) -> ColumnMapping:
    """Return a checked mapping, or refuse in one sentence what does not fit the class."""
    if not sources:
        raise FileRefused(
            "MAP_EMPTY",
            f"No column is mapped; name them with --map, and see --fields --class "
            f"{asset_class.code}.",
        )
    for name, source in sources.items():
        _check_unit(_known_field(asset_class, name), source)
    for name in constants or {}:
        _known_field(asset_class, name)
    if decimal_mark and decimal_mark not in DECIMAL_MARKS:
        raise FileRefused("DECIMAL_MARK", f"The decimal mark is . or , and not {decimal_mark!r}.")
    _check_required(asset_class, [*sources, *(constants or {})])
    return ColumnMapping(asset_class, sources, constants or {}, publisher, decimal_mark, skip_lines)


def resolve_columns(mapping: ColumnMapping, header: Sequence[str]) -> ColumnMapping:
    """Return the mapping for this header, a colon in a column name taken into account."""
    sources = {name: _fitted(source, header) for name, source in mapping.sources.items()}
    fitted = ColumnMapping(
        mapping.asset_class,
        sources,
        mapping.constants,
        mapping.publisher,
        mapping.decimal_mark,
        mapping.skip_lines,
    )
    missing = [column for column in fitted.columns() if column not in header]
    if missing:
        raise FileRefused(
            "MISSING_COLUMN",
            f"The file has no column {', '.join(map(repr, missing))}; it has {', '.join(header)}.",
        )
    return fitted


def _fitted(source: Source, header: Sequence[str]) -> Source:
    whole = f"{source.columns[0]}:{source.unit}"
    return Source((whole,)) if source.unit and whole in header else source


def _known_field(asset_class: AssetClass, name: str) -> Field:
    known = asset_class.field_named(name)
    if known is None:
        raise FileRefused(
            "UNKNOWN_FIELD",
            f"Class {asset_class.code} has no field {name!r}; it has "
            f"{', '.join(one.name for one in asset_class.fields)}.",
        )
    return known


def _check_unit(known: Field, source: Source) -> None:
    if known.kind is Kind.DATE:
        allowed: tuple[str, ...] = DATE_UNITS
        fits = source.unit in ("", *DATE_UNITS)
    else:
        allowed = tuple(unit.code for unit in known.units)
        fits = not source.unit or unit_of(known, source.unit) is not None
    if fits:
        return
    choice = f"use one of {', '.join(allowed)}" if allowed else "it takes none"
    if known.kind is Kind.MONEY:
        choice += ", or another currency with its rate in US dollars, such as EUR@1.08"
    raise FileRefused(
        "UNKNOWN_UNIT", f"{source.unit!r} is no unit of the field {known.name!r}; {choice}."
    )


def _check_required(asset_class: AssetClass, named: Sequence[str]) -> None:
    missing = [one.name for one in asset_class.fields if one.required and one.name not in named]
    if missing:
        raise FileRefused(
            "FIELD_NOT_MAPPED",
            f"Class {asset_class.code} needs the field {', '.join(missing)}; map it with --map.",
        )
