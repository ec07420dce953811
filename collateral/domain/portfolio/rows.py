"""Rows of a table to assets: attributes in base units, identifiers, flags; or why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from collateral.domain.classes import AssetClass, Field, Kind
from collateral.domain.identifiers import Identifier, IdentifierError, identify, scheme_for
from collateral.domain.identifiers.places import address_key
from collateral.domain.portfolio.cells import parse_cell, refuse_bare_day_numbers
from collateral.domain.portfolio.errors import CellError, RowRefused
from collateral.domain.portfolio.mapping import ColumnMapping, resolve_columns
from collateral.domain.portfolio.reader import Line, Table

POSSIBLE_DUPLICATE = "POSSIBLE_DUPLICATE"


@dataclass(frozen=True)
class PortfolioRow:
    """One good row: where it stands, who it is, and what is known of it in base units."""

    line: int
    record_number: int
    identifiers: tuple[Identifier, ...]
    attributes: Mapping[str, int | str]
    flags: frozenset[str] = frozenset()

    @property
    def price_units(self) -> int | None:
        """The price in ledger units (1e-6 USD), where the file gives one."""
        price = self.attributes.get("price_units")
        return price if isinstance(price, int) else None


@dataclass(frozen=True)
class Portfolio:
    """What a file gives: the good rows and the refused ones."""

    rows: Sequence[PortfolioRow]
    refused: Sequence[RowRefused] = field(default_factory=list)


def read_portfolio(
    *, table: Table, mapping: ColumnMapping, file_name: str, as_of: date
) -> Portfolio:
    """Return the assets in a table. Bad rows are set aside with their line and reason.

    ``as_of`` is the day against which dates are judged.
    """
    reader = _RowReader(table, resolve_columns(mapping, table.header), file_name, as_of)
    rows: list[PortfolioRow] = []
    refused: list[RowRefused] = []
    taken: dict[Identifier, int] = {}
    for number, line in enumerate(table.lines, start=1):
        try:
            row = reader.read(number, line)
            _refuse_repeated(row, taken)
        except (CellError, IdentifierError) as error:
            refused.append(RowRefused(line.number, error.code, error.sentence))
        else:
            rows.append(row)
    return Portfolio(_flag_same_address(rows), refused)


class _RowReader:
    """Reads the lines of one table."""

    def __init__(self, table: Table, mapping: ColumnMapping, file_name: str, as_of: date) -> None:
        self._mapping = mapping
        self._width = len(table.header)
        self._file_name = file_name
        self._as_of = as_of
        self._positions = {name: index for index, name in enumerate(table.header)}
        self._fields = {name: _field(mapping.asset_class, name) for name in mapping.sources}
        self._schemes = _mapped_schemes(mapping)
        self._refuse_undeclared_days(table)

    def read(self, number: int, line: Line) -> PortfolioRow:
        """Return the asset of one line, ``number`` being its place among the records."""
        if len(line.cells) != self._width:
            raise CellError(
                "ROW_WIDTH",
                f"The row has {len(line.cells)} cells where the header has {self._width}.",
            )
        raw, flags = self._raw_values(line)
        attributes = self._attributes(raw)
        identifiers = self._identifiers(raw, number)
        flags |= {flag for identifier in identifiers for flag in identifier.flags}
        return PortfolioRow(line.number, number, identifiers, attributes, frozenset(flags))

    def _raw_values(self, line: Line) -> tuple[dict[str, str], set[str]]:
        """Return the filled cells by field; a fallback column that was used leaves a flag."""
        raw = dict(self._mapping.constants)
        flags: set[str] = set()
        for name, source in self._mapping.sources.items():
            cells = [line.cells[self._positions[column]].strip() for column in source.columns]
            rank = next((index for index, cell in enumerate(cells) if cell), None)
            if rank is not None:
                raw[name] = cells[rank]
            if rank:
                flags.add(f"{name.upper()}_FROM_{source.columns[rank].upper()}")
        return raw, flags

    def _attributes(self, raw: Mapping[str, str]) -> dict[str, int | str]:
        attributes: dict[str, int | str] = {}
        for name, text in raw.items():
            known = self._fields.get(name) or _field(self._mapping.asset_class, name)
            source = self._mapping.sources.get(name)
            attributes[known.key] = parse_cell(
                known,
                text,
                unit=source.unit if source else "",
                decimal_mark=self._mapping.decimal_mark,
                as_of=self._as_of,
            )
        missing = [
            one.name
            for one in self._mapping.asset_class.fields
            if one.required and one.key not in attributes
        ]
        if missing:
            raise CellError("CELL_EMPTY", f"The row has no {', '.join(missing)}.")
        return attributes

    def _identifiers(self, raw: Mapping[str, str], number: int) -> tuple[Identifier, ...]:
        if self._mapping.asset_class.fungible:
            return ()
        values = {
            "publisher": self._mapping.publisher or "unnamed publisher",
            "file": self._file_name,
            "record": raw.get("record", str(number)),
        }
        country = raw.get("country")
        found = [
            identify(scheme=scheme, values=raw, jurisdiction=country)
            for scheme in self._schemes
            if scheme_for(scheme).present_in(raw)
        ]
        if found:
            return tuple(found)
        if self._schemes:
            # The file does carry identifiers: a row without one is incomplete, not anonymous.
            identify(scheme=self._schemes[0], values=raw)
        return (identify(scheme="record", values=values),)

    def _refuse_undeclared_days(self, table: Table) -> None:
        for name, source in self._mapping.sources.items():
            if self._fields[name].kind is Kind.DATE and not source.unit:
                for column in source.columns:
                    place = self._positions[column]
                    refuse_bare_day_numbers(
                        column, (c.cells[place] for c in table.lines if place < len(c.cells))
                    )


def _field(asset_class: AssetClass, name: str) -> Field:
    known = asset_class.field_named(name)
    if known is None:
        raise CellError("UNKNOWN_FIELD", f"Class {asset_class.code} has no field {name!r}.")
    return known


def _mapped_schemes(mapping: ColumnMapping) -> list[str]:
    """Return the class's schemes whose every part is mapped, best first, ``record`` aside."""
    named = mapping.sources.keys() | mapping.constants.keys()
    return [
        scheme
        for scheme in mapping.asset_class.schemes
        if scheme != "record" and set(scheme_for(scheme).parts) <= named
    ]


def _refuse_repeated(row: PortfolioRow, taken: dict[Identifier, int]) -> None:
    for identifier in row.identifiers:
        if identifier in taken:
            raise IdentifierError(
                "DUPLICATE_IDENTIFIER",
                f"The {scheme_for(identifier.scheme).label} {identifier.canonical} is already on "
                f"line {taken[identifier]}; one thing is registered once.",
            )
    taken.update((identifier, row.line) for identifier in row.identifiers)


def _flag_same_address(rows: Iterable[PortfolioRow]) -> list[PortfolioRow]:
    """Flag rows that share an address. They are not merged: one house may be sold twice."""
    listed = list(rows)
    counts: dict[str, int] = {}
    keys = [_address_key(row) for row in listed]
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return [
        replace(row, flags=row.flags | {POSSIBLE_DUPLICATE}) if key and counts[key] > 1 else row
        for row, key in zip(listed, keys, strict=True)
    ]


def _address_key(row: PortfolioRow) -> str:
    address = row.attributes.get("address")
    return address_key(address) if isinstance(address, str) and address.strip(" .,;#") else ""
