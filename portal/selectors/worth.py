"""Values by class, from the newest round."""

from dataclasses import dataclass

from collateral.domain.classes import class_by_id
from oracles.selectors import newest_round, values_by_class
from portal.domain.charts.bars import Bar, bars
from portal.domain.formatting import counted, day
from portal.domain.things import noun, sentence_case


@dataclass(frozen=True, kw_only=True)
class ClassValues:
    """The bars, and where their numbers come from."""

    bars: list[Bar]
    caption: str


def class_values() -> ClassValues:
    """Return what all valued assets are worth by class, largest first."""
    newest = newest_round()
    if newest is None:
        return ClassValues(bars=[], caption="")
    rows = values_by_class()
    total = sum(row.count for row in rows)
    return ClassValues(
        bars=bars([_bar(row.class_id, row.value_units, row.count) for row in rows]),
        caption=(
            f"{counted(total, 'asset')} in round {newest.number}, valued {day(newest.observed_at)}."
        ),
    )


def _bar(class_id: int, value: int, count: int) -> tuple[str, str, int, int]:
    code = class_by_id(class_id).code
    return (sentence_case(noun(code, 2)), code, value, count)
