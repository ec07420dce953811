"""The usual case of packing, by columns: operations of one word each, none hot, none urgent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from contracts.domain.columns import Numbers
from settlement.domain.gas import SETTLE_GAS, GasModel
from settlement.domain.packing import FAIR_SHARE, Limits


@dataclass(frozen=True, slots=True)
class Columns:
    """Operations of one lane without payload or priority, as in `Waiting`, in their order."""

    numbers: Numbers
    kinds: Numbers
    loan_numbers: Numbers
    amounts: Numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def taken(self, rows: slice | Numbers) -> "Columns":
        """Return these rows in this order."""
        return Columns(
            self.numbers[rows], self.kinds[rows], self.loan_numbers[rows], self.amounts[rows]
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """The operations of one batch, those of a loan side by side, and their gas by the model."""

    columns: Columns
    gas: int


def cut(
    columns: Columns,
    *,
    limits: Limits,
    most: int,
    gas: GasModel = SETTLE_GAS,
    fair_share: int = FAIR_SHARE,
) -> Sequence[Cut] | None:
    """Return the batches that `pack` makes of the first operations, or None where it must look.

    That is where gas could bind before words do, or a loan has more than its fair share.
    """
    first = columns.taken(slice(most * limits.words))
    kinds = np.unique(first.kinds).tolist()
    dearest = max((gas.by_kind[kind].first for kind in kinds), default=0)
    if gas.base + limits.words * dearest > limits.gas or _has_hot_loan(first, fair_share):
        return None
    return [
        _cut(first.taken(slice(start, start + limits.words)), gas)
        for start in range(0, len(first), limits.words)
    ]


def _has_hot_loan(columns: Columns, fair_share: int) -> bool:
    if len(columns) <= fair_share:
        return False
    counts = np.unique(columns.loan_numbers, return_counts=True)[1]
    return int(counts.max()) > fair_share


def _cut(columns: Columns, gas: GasModel) -> Cut:
    _, first, group = np.unique(columns.loan_numbers, return_index=True, return_inverse=True)
    if len(first) < len(columns):
        # Loans by their first arrival; within one, the order of arrival.
        columns = columns.taken(np.argsort(first[group], kind="stable"))
    return Cut(columns, gas.base + _gas_of(columns, gas))


def _gas_of(columns: Columns, gas: GasModel) -> int:
    """Return the gas of operations of which those of a loan stand side by side."""
    known = np.concatenate(([False], columns.loan_numbers[1:] == columns.loan_numbers[:-1]))
    places, counts = np.unique(columns.kinds * 2 + known, return_counts=True)
    return sum(
        count * gas.of_operation(place // 2, known_loan=bool(place % 2))
        for place, count in zip(places.tolist(), counts.tolist(), strict=True)
    )
