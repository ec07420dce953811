"""Writing the values of a round as rows, which pages and loans read."""

import numpy as np

from oracles.database import copy_records
from oracles.domain.columns import Column, Values, id_number
from oracles.models import Round, Valuation
from oracles.services.gathering import Subjects

_COLUMNS = {
    "class_id": ("class_id", ">i2"),
    "status": ("status", ">i2"),
    "value": ("value_units", ">i8"),
    "lower": ("lower_units", ">i8"),
    "target_value": ("target_value_units", ">i8"),
    "target_lower": ("target_lower_units", ">i8"),
    "sources": ("sources", ">i2"),
    "observed_at": ("observed_at", ">i8"),
    "valid_until": ("valid_until", ">i8"),
}


def store_values(round: Round, values: Values, subjects: Subjects) -> None:
    """Store one row for each value of a round: assets in bulk, the few tokens one by one."""
    rows = subjects.rows[values.subject]
    _copy_assets(round, values.where(rows > 0), rows[rows > 0])
    tokens = values.where(rows == 0)
    Valuation.objects.bulk_create(
        [_token_row(round, tokens, place, subjects.tokens) for place in range(len(tokens))]
    )


def _copy_assets(round: Round, values: Values, rows: Column) -> None:
    columns = {name: getattr(values, own).astype(kind) for own, (name, kind) in _COLUMNS.items()}
    columns["round_id"] = np.full(len(rows), round.pk, ">i8")
    columns["asset_id"] = rows.astype(">i8")
    copy_records(Valuation._meta.db_table, columns)


def _token_row(round: Round, values: Values, place: int, tokens: dict[int, str]) -> Valuation:
    fields = {name: int(getattr(values, own)[place]) for own, (name, _) in _COLUMNS.items()}
    return Valuation(
        round=round,
        token=tokens[id_number(values.asset_id[place])],
        nav_wei=int(values.nav_wei[place]) or None,
        **fields,
    )
