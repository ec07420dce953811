"""The parameters of the class models as one table that compiled code reads."""

from functools import cache
from math import isqrt
from typing import Any

import numpy as np

from oracles.domain.columns import KIND_CODES, UNIT_CODES, Column
from oracles.domain.income import annuity_ray_down
from oracles.domain.observations import PRICES
from oracles.domain.parameters import (
    CLASS_MODELS,
    DERIVED,
    KIND_WEIGHTS,
    MIN_SOURCES,
    OUTLIER_DEVIATIONS,
    OUTLIER_MIN_SOURCES,
    ClassModel,
)
from oracles.domain.quantities import BPS, HOURS_PER_MONTH, ObservationKind, Unit

# More observations of one subject than this, or larger amounts, are left to the scalar model.
MOST_OBSERVATIONS = 32
LARGEST_AMOUNT = 1 << 49
_RAY = 10**27
_COPIED = (
    *("max_value_units", "fresh_for_s", "decay_bps_month", "max_age_s", "valid_for_s"),
    *("floor_haircut_bps", "thin_haircut_bps", "ceiling_haircut_bps", "max_dispersion_bps"),
    *("move_bps_day", "move_cap_bps"),
    *("forced_sale_bps", "sale_probability_bps", "sale_fees_bps"),
)
# The annuity is a number of months, whole and in 2^-64.
_INCOME = ("has_income", "rent_factor", "annuity_whole", "annuity_part")
_TABLE = np.dtype(
    [
        ("known", "i8"),
        *((name, "i8") for name in _COPIED),
        *((name, "u8" if name == "annuity_part" else "i8") for name in _INCOME),
    ]
)
# Numbers that hold for all classes; compiled code takes them as constants.
MIN_VOICES = MIN_SOURCES
OUTLIERS_FROM = OUTLIER_MIN_SOURCES
OUTLIER_TIMES = OUTLIER_DEVIATIONS
PER_MONTH = UNIT_CODES[Unit.USD_PER_MONTH]


def _mask(kinds: frozenset[ObservationKind]) -> int:
    return sum(1 << KIND_CODES[kind] for kind in kinds)


PRICE_KINDS = _mask(frozenset(PRICES))
DERIVED_KINDS = _mask(frozenset(DERIVED))
FORCED_SALE_KINDS = _mask(frozenset({ObservationKind.FORCED_SALE}))
CAP_KINDS = _mask(frozenset({ObservationKind.CAP}))
RENT_KINDS = _mask(frozenset({ObservationKind.RENTAL_INCOME}))
WEIGHTS = np.array([KIND_WEIGHTS.get(kind, 0) for kind in sorted(KIND_CODES)], np.int64)
# 1,000 times the square root of a number of sources, rounded down.
ROOTS_E3 = np.array([isqrt(count * 10**6) for count in range(MOST_OBSERVATIONS + 1)], np.int64)


@cache
def model_table() -> Column:
    """Return one row for each class id up to 255; classes without a model are not ``known``."""
    table = np.zeros(256, _TABLE)
    for class_id, model in CLASS_MODELS.items():
        row = table[class_id]
        row["known"] = 1
        for name in _COPIED:
            row[name] = getattr(model, name)
        _add_income(row, model)
    return table


def _add_income(row: Any, model: ClassModel) -> None:
    terms = model.income
    if terms is None:
        return
    row["has_income"] = 1
    row["rent_factor"] = HOURS_PER_MONTH * terms.utilisation_bps * (BPS - terms.costs_bps)
    row["annuity_whole"], part = divmod(annuity_ray_down(terms), _RAY)
    row["annuity_part"] = (part << 64) // _RAY
