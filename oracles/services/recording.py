"""Writing the values of a round as rows, which pages and loans read."""

from collections.abc import Mapping

import numpy as np
from django.db import transaction

from oracles.database import copy_records
from oracles.domain.columns import Column, Values, id_number
from oracles.models import Round, RoundStatus, Valuation

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


def store_values(round: Round, values: Values, *, rows: Column, tokens: Mapping[int, str]) -> None:
    """Store one row for each value of a round, unless they are there: they come all or not at all.

    ``rows`` are the rows of the inputs' assets, 0 for tokens, which are few.
    """
    own = rows[values.subject]
    with transaction.atomic():
        locked = Round.objects.select_for_update().get(pk=round.pk)
        if locked.status == RoundStatus.ABANDONED or locked.valuations.exists():
            return
        _copy_assets(round, values.where(own > 0), own[own > 0])
        others = values.where(own == 0)
        Valuation.objects.bulk_create(
            [_token_row(round, others, place, tokens) for place in range(len(others))]
        )


def _copy_assets(round: Round, values: Values, rows: Column) -> None:
    columns = {name: getattr(values, own).astype(kind) for own, (name, kind) in _COLUMNS.items()}
    columns["round_id"] = np.full(len(rows), round.pk, ">i8")
    columns["asset_id"] = rows.astype(">i8")
    copy_records(Valuation._meta.db_table, columns)


def _token_row(round: Round, values: Values, place: int, tokens: Mapping[int, str]) -> Valuation:
    fields = {name: int(getattr(values, own)[place]) for own, (name, _) in _COLUMNS.items()}
    return Valuation(
        round=round,
        token=tokens[id_number(values.asset_id[place])],
        nav_wei=int(values.nav_wei[place]) or None,
        **fields,
    )
