"""Facts of things as columns of numbers, learnt from training sales alone."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from oracles.sales.records import Sale

Matrix = NDArray[np.float64]
# A text that nearly every thing has for itself (a name, a serial) teaches nothing of others.
_TELLING_SHARE = 0.5
_MIN_MEMBERS = 3
_MAX_CATEGORIES = 120
_NUMERIC_SHARE = 0.9
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SIZE = re.compile(r"\s*[x×]\s*", re.IGNORECASE)
DAY = "day"


@dataclass
class Encoder:
    """Which facts are numbers, which are kinds, and how each becomes columns."""

    numeric: list[str] = field(default_factory=list)
    kinds: dict[str, list[str]] = field(default_factory=dict)
    medians: dict[str, float] = field(default_factory=dict)
    spreads: dict[str, float] = field(default_factory=dict)

    def fit(self, sales: Sequence[Sale]) -> "Encoder":
        """Learn the columns from training sales."""
        for key in sorted({name for one in sales for name in one.facts}):
            values = [one.facts[key] for one in sales if key in one.facts]
            if sum(number_of(value) is not None for value in values) >= _NUMERIC_SHARE * len(
                values
            ):
                self.numeric.append(key)
            else:
                self._add_kinds(key, [str(value).casefold() for value in values])
        if len({one.day for one in sales}) > 1:
            self.numeric.append(DAY)
        for key in self.numeric:
            known = np.log1p([n for one in sales if (n := fact(one, key)) is not None])
            self.medians[key] = float(np.median(known))
            self.spreads[key] = float(np.std(known)) or 1.0
        return self

    def _add_kinds(self, key: str, values: Sequence[str]) -> None:
        counts = Counter(values)
        common = [kind for kind, n in counts.most_common(_MAX_CATEGORIES) if n >= _MIN_MEMBERS]
        told = sum(counts[kind] for kind in common)
        if common and told >= _TELLING_SHARE * len(values):
            self.kinds[key] = common

    def for_trees(self, sales: Sequence[Sale]) -> Matrix:
        """Return one column for each number and each kind; what is missing or unseen is NaN."""
        columns = [
            [np.nan if (n := fact(one, key)) is None else n for one in sales]
            for key in self.numeric
        ]
        for key, kinds in self.kinds.items():
            order = {kind: place for place, kind in enumerate(kinds)}
            columns.append([order.get(kind_of(one, key), np.nan) for one in sales])
        if not columns:
            return np.zeros((len(sales), 1))
        return np.array(columns, dtype=float).T

    @property
    def kind_columns(self) -> list[bool]:
        """Which columns for trees hold kinds."""
        return [False] * len(self.numeric) + [True] * len(self.kinds) or [False]

    def for_lines(self, sales: Sequence[Sale]) -> Matrix:
        """Return standardised logarithms, their squares and one column for each kind."""
        columns: list[Matrix] = []
        for key in self.numeric:
            known = [fact(one, key) for one in sales]
            absent = np.array([n is None for n in known], dtype=float)
            logs = np.log1p([0.0 if n is None else n for n in known])
            logs[absent == 1] = self.medians[key]
            scaled = np.clip((logs - self.medians[key]) / self.spreads[key], -4, 4)
            columns += [scaled, absent] if key == DAY else [scaled, scaled**2, absent]
        for key, kinds in self.kinds.items():
            told = [kind_of(one, key) for one in sales]
            columns += [np.array([one == kind for one in told], dtype=float) for kind in kinds]
        if not columns:
            return np.zeros((len(sales), 1))
        return np.array(columns, dtype=float).T


def kind_of(sale: Sale, key: str) -> str:
    """Return a fact as a kind: case does not matter."""
    return str(sale.facts.get(key, "")).casefold()


def fact(sale: Sale, key: str) -> float | None:
    """Return a fact as a number at least zero, or None; the day counts from the year 1."""
    if key == DAY:
        return None if sale.day is None else float(sale.day.toordinal())
    value = sale.facts.get(key)
    return None if value is None else number_of(value)


def number_of(value: int | str) -> float | None:
    """Return the number that a fact is: of a size such as 38 x 21 cm the product of its sides."""
    if isinstance(value, int):
        return float(value)
    text = value.strip().removesuffix("cm").removesuffix("mm").strip()
    sides = _SIZE.split(text)
    if not all(_NUMBER.fullmatch(side) for side in sides):
        return None
    return float(np.prod([float(side) for side in sides]))
