"""Which leaves two rounds do not share: what people look at when reporters disagree."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from oracles.domain.columns import LEAF, Column

_FIELDS = ("class_id", "status", "value", "lower", "observed_at", "valid_until")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One asset's leaf on either side, its fields as digits; None where there is no leaf."""

    asset_id: int
    ours: dict[str, str] | None
    theirs: dict[str, str] | None


def differing(ours: Column, theirs: Column, *, most: int) -> tuple[int, list[Difference]]:
    """Return how many assets' leaves differ, and the first of them by id."""
    mine = _by_id(_lacking(ours, theirs))
    other = _by_id(_lacking(theirs, ours))
    ids = sorted(mine.keys() | other.keys())
    first = [
        Difference(asset_id=one, ours=mine.get(one), theirs=other.get(one))
        for one in islice(ids, most)
    ]
    return len(ids), first


def _lacking(rows: Column, others: Column) -> Column:
    """Return the records that are not among the others."""
    # All have one length, so that bytes which end in zeros compare as what they are.
    width = f"S{LEAF.itemsize}"
    return rows[~np.isin(_packed(rows).view(width), _packed(others).view(width))]


def _packed(rows: Column) -> Column:
    return np.frombuffer(rows.tobytes(), np.uint8)


def _by_id(rows: Iterable[Any]) -> dict[int, dict[str, str]]:
    return {
        int.from_bytes(row["asset_id"].tobytes(), "big"): {
            name: str(int(row[name])) for name in _FIELDS
        }
        for row in rows
    }
