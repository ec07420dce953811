"""Paths of prices from a table: one row a moment, one column a class, or a class in a region.

The first line names the columns: ``day`` or ``hour``, then classes such as ``car``,
``real_estate@NV`` (a region) or ``real_estate+factory`` (the same for several). Levels are above
zero in any unit; only their ratio to the first row counts. Lines that start with # are remarks.
"""

import csv
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from lending.domain.errors import LendingRefused

ONE = 10**9
_UNITS_S = {"day": 86_400, "hour": 3_600}
_MAX_POINTS, _MAX_SPAN_S = 20_000, 50 * 365 * 86_400
_HIGHEST = 10**6
_MOST_DIGITS = 9
REGION = "@"

Points = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Paths:
    """Levels by column, each as (seconds since the start, level times 10^9)."""

    series: Mapping[str, Points]
    duration_s: int
    remarks: tuple[str, ...] = ()

    def level(self, name: str | None, at: int) -> int:
        """Return a column's level at a moment, between points on a straight line; 10^9 at first.

        A thing without a column keeps its price.
        """
        if name is None:
            return ONE
        points = self.series[name]
        place = bisect_right(points, (at, ONE * _HIGHEST * 2))
        if place == 0 or place == len(points):
            return points[min(place, len(points) - 1)][1]
        (before, low), (after, high) = points[place - 1], points[place]
        return low + (high - low) * (at - before) // (after - before)

    def column_for(self, class_code: str, region: str | None) -> str | None:
        """Return the column of a thing: its region's, else its class's, else its worst region's."""
        if region and (exact := f"{class_code}{REGION}{region}") in self.series:
            return exact
        if class_code in self.series:
            return class_code
        regions = [name for name in self.series if name.startswith(class_code + REGION)]
        return min(regions, key=self.lowest, default=None)

    def lowest(self, name: str) -> int:
        """Return the lowest level of a column."""
        return min(level for _, level in self.series[name])

    def classes(self) -> list[str]:
        """Return the classes that the paths move, by name."""
        return sorted({name.partition(REGION)[0] for name in self.series})


def read_paths(text: str, *, known_classes: Sequence[str]) -> Paths:
    """Return the paths in a table, or refuse in one sentence what is wrong with it."""
    lines = text.lstrip("\ufeff").splitlines()
    remarks = tuple(line.lstrip("# ").strip() for line in lines if line.startswith("#"))
    rows = _rows([line for line in lines if not line.startswith("#")])
    if len(rows) < 3:
        raise _refused("TOO_SHORT", "It needs a header line and two moments at least.")
    header = [cell.strip() for cell in rows[0]]
    unit_s = _UNITS_S.get(header[0])
    if unit_s is None:
        raise _refused("NO_TIME", f"Its first column is {header[0]!r}; it must be day or hour.")
    if len(rows) > _MAX_POINTS:
        raise _refused("TOO_LONG", f"It has more than {_MAX_POINTS:,} moments.")
    times = _times(rows[1:], unit_s, width=len(header))
    series: dict[str, Points] = {}
    for place, name in enumerate(header[1:], start=1):
        levels = [_level(row[place], line) for line, row in enumerate(rows[1:], start=2)]
        points = tuple((at, one * ONE // levels[0]) for at, one in zip(times, levels, strict=True))
        for column in _columns(name, known_classes):
            if column in series:
                raise _refused("COLUMN_TWICE", f"It has the column {column} twice.")
            series[column] = points
    if not series:
        raise _refused("NO_COLUMN", "It has no column of a class.")
    return Paths(series=series, duration_s=times[-1], remarks=remarks)


def _rows(lines: Sequence[str]) -> list[list[str]]:
    try:
        return [row for row in csv.reader(lines) if row]
    except csv.Error as error:
        raise _refused("CSV_SYNTAX", f"It breaks the rules of CSV: {error}.") from error


def _columns(name: str, known_classes: Sequence[str]) -> list[str]:
    classes, _, region = name.partition(REGION)
    codes = [code.strip() for code in classes.split("+")]
    unknown = [code for code in codes if code not in known_classes]
    if unknown:
        raise _refused(
            "UNKNOWN_CLASS",
            f"Its column {name!r} names no class; the classes are {', '.join(known_classes)}.",
        )
    return [f"{code}{REGION}{region.strip()}" if region else code for code in codes]


def _times(rows: Sequence[Sequence[str]], unit_s: int, *, width: int) -> list[int]:
    times: list[int] = []
    for line, row in enumerate(rows, start=2):
        if len(row) != width:
            raise _refused("ROW_WIDTH", f"Row {line} has {len(row)} cells instead of {width}.")
        at = _number(row[0], line)
        times.append(int(at * unit_s))
    times = [at - times[0] for at in times]
    if any(later <= earlier for earlier, later in pairwise(times)):
        raise _refused("NOT_IN_ORDER", "Its moments do not rise from row to row.")
    if times[-1] > _MAX_SPAN_S:
        raise _refused("TOO_LONG", "It spans more than fifty years.")
    return times


def _level(cell: str, line: int) -> int:
    level = _number(cell, line)
    if not 0 < level <= _HIGHEST:
        raise _refused("NOT_POSITIVE", f"Row {line} holds {cell.strip()!r}; a level is above 0.")
    return max(1, int(level * ONE))


def _number(cell: str, line: int) -> Decimal:
    try:
        number = Decimal(cell.strip())
    except InvalidOperation:
        raise _refused("NOT_A_NUMBER", f"Row {line} holds {cell.strip()[:40]!r}.") from None
    # By its exponent: arithmetic on an absurd one would overflow.
    if not number.is_finite() or number.adjusted() > _MOST_DIGITS or abs(number) > 10**9:
        raise _refused("NOT_A_NUMBER", f"Row {line} holds {cell.strip()[:40]!r}.")
    return number


def _refused(code: str, sentence: str) -> LendingRefused:
    return LendingRefused(code, f"The scenario cannot be used. {sentence}")
