"""Horizontal bars: one row for each kind of thing, longest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.charts.scale import Scale


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One row: its label, its amount in ledger units, its length in percent."""

    label: str
    code: str
    amount: int
    count: int
    length: float


def bars(rows: Sequence[tuple[str, str, int, int]]) -> list[Bar]:
    """Return rows of (label, code, amount, count) as bars, largest amount first."""
    scale = Scale(0, max((amount for _, _, amount, _ in rows), default=0))
    ordered = sorted(rows, key=lambda row: (-row[2], row[0]))
    return [
        Bar(label=label, code=code, amount=amount, count=count, length=scale.percent(amount))
        for label, code, amount, count in ordered
    ]
