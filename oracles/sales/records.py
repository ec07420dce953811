"""A table of sales as facts and prices. What cannot be read of a thing is missing, not fatal."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from collateral.domain.classes import AssetClass, Field, Kind
from collateral.domain.portfolio import ColumnMapping, FileRefused, RowRefused, Table
from collateral.domain.portfolio.cells import (
    bare_number,
    date_order,
    parse_cell,
    refuse_bare_day_numbers,
)
from collateral.domain.portfolio.errors import CellError
from collateral.domain.portfolio.mapping import resolve_columns
from collateral.domain.portfolio.reader import Line

MIN_SALES = 20
# What is predicted: the price, else the rent where the file has rents only.
TARGETS = ("price", "hourly_income", "monthly_income")
# The day of the sale, else the day for which the price holds.
DAYS = ("sold_on", "priced_on")
_MISSING = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "unknown"}
)
# With fewer of them dated, sales are not put in order.
_DATED_SHARE = 0.9
# What of an address says where it is: not the number of the house or flat.
_HOUSE_NUMBERS = re.compile(r"#\s*\S+|\b[0-9]\S*|[&,.;]")
_VIN_LENGTH, _VIN_SERIES = 17, 8


def _shows(mark: str, thousands: str) -> re.Pattern[str]:
    """Return what only a number with that decimal mark looks like."""
    point, group = re.escape(mark), re.escape(thousands)
    fraction = (
        rf"0?{point}[0-9]+|[0-9]+{point}(?:[0-9]{{1,2}}|[0-9]{{4,}})|[0-9]{{4,}}{point}[0-9]+"
    )
    grouped = (
        rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+{point}[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{2,}}"
    )
    return re.compile(f"{fraction}|{grouped}")


_SHOWN = {".": _shows(".", ","), ",": _shows(",", ".")}


@dataclass(frozen=True)
class Sale:
    """One sale: its line, price in ledger units, day where known, and facts in base units."""

    line: int
    price_units: int
    day: date | None
    facts: Mapping[str, int | str]


@dataclass(frozen=True)
class SalesFile:
    """The sales of a file, the rows that are none, and how many single cells were unreadable."""

    asset_class: AssetClass
    sales: Sequence[Sale]
    refused: Sequence[RowRefused]
    unreadable_cells: int

    @property
    def dated(self) -> bool:
        """Whether sales can be put in order: nearly all have their day, and not all the same."""
        days = [one.day for one in self.sales if one.day is not None]
        return len(days) >= _DATED_SHARE * len(self.sales) and len(set(days)) > 1

    def fields(self) -> list[str]:
        """Return the keys of the facts that the sales have, by name."""
        return sorted({key for one in self.sales for key in one.facts})


def read_sales(
    *, table: Table, mapping: ColumnMapping, as_of: date, ignored: Iterable[str] = ()
) -> SalesFile:
    """Return the sales in a table, or refuse in one sentence a table that can teach nothing.

    A row needs a price above zero, and no day that is wrong. Fields in ``ignored`` are left out.
    """
    target = next((name for name in TARGETS if name in mapping.sources), None)
    if target is None:
        raise FileRefused(
            "PRICE_NOT_MAPPED",
            "There is nothing to learn without the prices of the sales: map them with "
            "--map price=Column.",
        )
    left_out = frozenset(ignored) - {target}
    reader = _Reader(table, resolve_columns(mapping, table.header), as_of, target, left_out)
    sales: list[Sale] = []
    refused: list[RowRefused] = []
    for line in table.lines:
        try:
            sales.append(reader.read(line))
        except CellError as error:
            refused.append(RowRefused(line.number, error.code, error.sentence))
    _refuse_useless(sales, refused)
    return SalesFile(mapping.asset_class, sales, refused, reader.unreadable)


def _refuse_useless(sales: Sequence[Sale], refused: Sequence[RowRefused]) -> None:
    if len(sales) < MIN_SALES:
        first = [f" The first refused row: line {one.line}, {one.sentence}" for one in refused[:1]]
        raise FileRefused(
            "TOO_FEW_SALES",
            f"Only {len(sales)} rows are sales with a price; at least {MIN_SALES} are needed."
            + "".join(first),
        )
    if len({one.price_units for one in sales}) == 1:
        raise FileRefused("ALL_EQUAL", "All prices are equal, so there is nothing to learn.")
    if not any(one.facts for one in sales):
        raise FileRefused(
            "NO_FACTS",
            "Nothing but the price is mapped, so there is nothing to tell things apart by; map "
            "more columns with --map.",
        )


class _Reader:
    """Reads the lines of one table leniently: only price and day must be right."""

    def __init__(
        self,
        table: Table,
        mapping: ColumnMapping,
        as_of: date,
        target: str,
        ignored: frozenset[str],
    ) -> None:
        self._as_of, self._target, self._width = as_of, target, len(table.header)
        places = {name: place for place, name in enumerate(table.header)}
        self._columns: dict[str, tuple[Field, list[int], str, str]] = {}
        for name, source in mapping.sources.items():
            known = mapping.asset_class.field_named(name)
            if known is None or name in ignored:
                continue
            columns = [places[column] for column in source.columns]
            unit = source.unit
            cells = [
                line.cells[at] for line in table.lines for at in columns if at < len(line.cells)
            ]
            if known.kind is Kind.DATE and not source.unit:
                refuse_bare_day_numbers(source.columns[0], cells)
                unit = date_order(cells)
            mark = mapping.decimal_mark or _decimal_mark(cells)
            self._columns[name] = (known, columns, unit, mark)
        self._day = next((name for name in DAYS if name in self._columns), None)
        self.unreadable = 0

    def read(self, line: Line) -> Sale:
        """Return the sale on a line."""
        if len(line.cells) != self._width:
            raise CellError(
                "ROW_WIDTH",
                f"The row has {len(line.cells)} cells where the header has {self._width}.",
            )
        price = self._price(line)
        told = None if self._day is None else self._cell(line, self._day)
        day = None if told is None else date.fromisoformat(str(told))
        facts: dict[str, int | str] = {}
        for name, (known, *_) in self._columns.items():
            if name == self._target or known.kind is Kind.DATE:
                continue
            value = self._fact(line, name)
            if value is not None:
                facts[known.key] = value
        return Sale(line.number, price, day, facts | derived_facts(facts, day))

    def _price(self, line: Line) -> int:
        value = self._cell(line, self._target)
        if value is None:
            raise CellError("CELL_EMPTY", f"The row has no {self._target}.")
        if value == 0:
            raise CellError("ZERO_PRICE", f"The {self._target} is less than the smallest unit.")
        return int(value)

    def _fact(self, line: Line, name: str) -> int | str | None:
        try:
            return self._cell(line, name)
        except CellError:
            self.unreadable += 1
            return None

    def _cell(self, line: Line, name: str) -> int | str | None:
        known, columns, unit, mark = self._columns[name]
        cells = (line.cells[place].strip() for place in columns)
        text = next((cell for cell in cells if cell.casefold() not in _MISSING), None)
        if text is None:
            return None
        return parse_cell(known, text, unit=unit, decimal_mark=mark, as_of=self._as_of)


def derived_facts(facts: Mapping[str, int | str], day: date | None) -> dict[str, int | str]:
    """Return what single facts say together: the age when sold, the street, the VIN's series."""
    derived: dict[str, int | str] = {}
    built, address, vin = facts.get("year_built"), facts.get("address"), str(facts.get("vin", ""))
    if isinstance(built, int) and day is not None:
        derived["years_when_sold"] = max(0, day.year - built)
    if isinstance(address, str) and (street := _HOUSE_NUMBERS.sub(" ", address).split()):
        derived["street"] = " ".join(street)
    if len(vin) == _VIN_LENGTH:
        derived["vin_series"] = vin[:_VIN_SERIES]
    return derived


def _decimal_mark(cells: Iterable[str]) -> str:
    """Return the mark that some cell of the column shows to be the decimal one, if only one is."""
    texts = [bare_number(cell) for cell in cells]
    shown = [mark for mark, form in _SHOWN.items() if any(form.fullmatch(text) for text in texts)]
    return shown[0] if len(shown) == 1 else ""
