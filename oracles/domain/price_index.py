"""A published index of prices by region and quarter, as housing agencies publish it."""

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from oracles.domain.breakers import continuity
from oracles.domain.errors import OracleError

_SCALE = 1_000
_PAST = 12
_MOST = 10**7
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
Quarter = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class PriceIndex:
    """Levels by region, each as (year, quarter) and a whole number, oldest first."""

    levels: Mapping[str, tuple[tuple[Quarter, int], ...]]

    def at(self, region: str, day: date) -> int | None:
        """Return the level of a day's quarter, or None outside what is published."""
        series = self.levels.get(region, ())
        quarter = (day.year, (day.month + 2) // 3)
        place = bisect_right([when for when, _ in series], quarter) - 1
        return series[place][1] if place >= 0 and series[place][0] == quarter else None

    def newest(self, region: str) -> tuple[date, int] | None:
        """Return the first day after a region's last quarter, and its level."""
        series = self.levels.get(region)
        if not series:
            return None
        (year, quarter), level = series[-1]
        return (date(year + 1, 1, 1) if quarter == 4 else date(year, 3 * quarter + 1, 1)), level


def read_index(text: str) -> PriceIndex:
    """Return the index in lines of ``region,year,quarter,level``, with or without a header.

    Levels that are no number are gaps. An index whose newest quarter does not go on from its own
    past, as when columns were shifted, is refused as a whole.
    """
    levels: dict[str, dict[Quarter, int]] = defaultdict(dict)
    for line, row in enumerate(_rows(text), start=1):
        if not row or (line == 1 and not _is_year(row)):
            continue
        if len(row) != 4 or not _is_year(row) or row[2].strip() not in ("1", "2", "3", "4"):
            raise OracleError(
                "BAD_INDEX",
                f"Line {line} of the index is not region,year,quarter,level: {','.join(row)[:60]}.",
            )
        level = _level(row[3])
        if level is not None:
            levels[row[0].strip()][int(row[1]), int(row[2])] = level
    if not levels:
        raise OracleError("BAD_INDEX", "The index holds no level.")
    index = PriceIndex(levels={name: tuple(sorted(told.items())) for name, told in levels.items()})
    _refuse_shifted(index)
    return index


def _rows(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(text.lstrip("\ufeff").splitlines()))
    except csv.Error as error:
        raise OracleError("BAD_INDEX", f"The index breaks the rules of CSV: {error}.") from error


def _is_year(row: list[str]) -> bool:
    year = row[1].strip() if len(row) > 1 else ""
    return year.isascii() and year.isdigit() and _FIRST_YEAR <= int(year) <= _LAST_YEAR


def _level(cell: str) -> int | None:
    try:
        level = Decimal(cell.strip())
    except InvalidOperation:
        return None
    return int(level * _SCALE) if level.is_finite() and 0 < level <= _MOST else None


def _refuse_shifted(index: PriceIndex) -> None:
    last = max(series[-1][0] for series in index.levels.values())
    told = {name: series for name, series in index.levels.items() if series[-1][0] == last}
    past = {name: [level for _, level in series[-1 - _PAST : -1]] for name, series in told.items()}
    found = continuity(past, {name: series[-1][1] for name, series in told.items()})
    if found.quarantined:
        raise OracleError(
            "FEED_SHIFTED",
            f"{len(found.broken)} of {found.series} regions leave their own past in the newest "
            "quarter, each its own way, as when columns are shifted. Fetch the index again.",
        )
