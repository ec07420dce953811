"""How well the model would have done: every tested sale is predicted without knowing it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor
from random import Random

import numpy as np

from oracles.sales.features import number_of
from oracles.sales.model import SalesModel, Vector
from oracles.sales.records import MIN_SALES, Sale, SalesFile

SEED = 20_260
BLOCKS = 6
FIRST_SHARE = 4
FOLDS, SMALL_FOLDS, SMALL = 5, 10, 60
# Whose median is the naive value of a thing: the facts by which its class is commonly grouped,
# finest last. What is weighed is first grouped by size, in quarters of a doubling.
GROUPS: dict[str, tuple[str, ...]] = {
    "real_estate": ("fips", "bedrooms"),
    "factory": ("fips",),
    "car": ("maker", "model", "vin_series"),
    "motorcycle": ("maker", "model", "vin_series"),
    "truck": ("maker", "model", "vin_series"),
    "art": ("artist", "medium"),
    "collectible": ("maker", "model"),
    "gpu_server": ("model", "gpus"),
}
_COMMON_GROUP = ("maker", "model")
_LEAST_IN_GROUP = 3


@dataclass(frozen=True)
class Tested:
    """One tested sale; amounts in ledger units."""

    sale: Sale
    central: float
    lower: float
    naive: float


@dataclass(frozen=True)
class Figures:
    """What a backtest measures, each a share of one; ``rows`` is how many sales were tested.

    ``mdape`` and ``p90``: median and 90th percentile of |value ÷ price − 1|; ``baseline_mdape``
    the same of the naive value; ``coverage``: sales at or above the lower bound; ``bound_share``:
    median of bound ÷ value.
    """

    rows: int
    mdape: float
    p90: float
    baseline_mdape: float
    coverage: float
    bound_share: float


@dataclass(frozen=True)
class Backtest:
    """The tested sales, the rule by which they were split, and the figures."""

    tested: Sequence[Tested]
    rule: str
    figures: Figures


def backtest(file: SalesFile) -> Backtest:
    """Replay a file of sales: in time order where they have days, else fold by fold."""
    splits, rule = list(_in_time_order(file.sales)) if file.dated else [], _TIME_RULE
    if not splits:
        folds = SMALL_FOLDS if len(file.sales) < SMALL else FOLDS
        splits, rule = list(_folds(file.sales, folds)), _FOLD_RULE.format(folds=folds, seed=SEED)
    groups = GROUPS.get(file.asset_class.code, _COMMON_GROUP)
    tested = [one for known, asked in splits for one in _predicted(known, asked, groups)]
    return Backtest(tested, rule, _figures(tested))


_TIME_RULE = (
    f"in time order: about the first {100 // FIRST_SHARE} % of sales (at least {MIN_SALES}) only "
    f"teach; the others are tested in {BLOCKS} blocks of days, each by a model that knows only "
    "sales of earlier days; sales without a day are left out"
)
_FOLD_RULE = (
    "no days to go by: {folds} folds drawn with seed {seed}, equal rows in one fold; each is "
    "tested by a model of the other folds"
)


def _in_time_order(sales: Sequence[Sale]) -> Iterator[tuple[list[Sale], list[Sale]]]:
    dated = [(one.day, one.line, one) for one in sales if one.day is not None]
    ordered = [one for _, _, one in sorted(dated, key=lambda each: each[:2])]
    first = max(MIN_SALES, len(ordered) // FIRST_SHARE)
    cuts = [
        _start_of_day(ordered, first + (len(ordered) - first) * block // BLOCKS)
        for block in range(BLOCKS + 1)
    ]
    for start, end in pairwise(cuts):
        if start < end:
            yield ordered[:start], ordered[start:end]


def _start_of_day(ordered: Sequence[Sale], place: int) -> int:
    """Return the first place from ``place`` on at which a day begins: no day is cut in two."""
    while 0 < place < len(ordered) and ordered[place].day == ordered[place - 1].day:
        place += 1
    return place


def _folds(sales: Sequence[Sale], folds: int) -> Iterator[tuple[list[Sale], list[Sale]]]:
    """Yield (known, asked) with rows that say the same always on the same side."""
    alike: dict[object, list[Sale]] = defaultdict(list)
    for one in sales:
        alike[one.price_units, tuple(sorted(one.facts.items()))].append(one)
    groups = list(alike.values())
    Random(SEED).shuffle(groups)
    for fold in range(folds):
        asked = [one for group in groups[fold::folds] for one in group]
        known = [
            one for place, group in enumerate(groups) if place % folds != fold for one in group
        ]
        if asked and known:
            yield known, asked


def _predicted(
    known: Sequence[Sale], asked: Sequence[Sale], groups: tuple[str, ...]
) -> Iterator[Tested]:
    found = SalesModel(known).predict(asked)
    naive = group_medians(known, asked, groups)
    for sale, central, lower, plain in zip(asked, found.central, found.lower, naive, strict=True):
        yield Tested(sale, float(central), float(lower), plain)


def group_medians(
    known: Sequence[Sale], asked: Sequence[Sale], groups: tuple[str, ...]
) -> list[float]:
    """Return for each asked thing the median price of its group among the known sales.

    A group of fewer than three known sales gives way to the next coarser one, at last to all.
    """
    prices: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for one in known:
        for key in _keys(one, groups):
            prices[key].append(one.price_units)
    medians = {
        key: float(np.median(told))
        for key, told in prices.items()
        if len(told) >= _LEAST_IN_GROUP or key == ()
    }
    return [next(medians[key] for key in _keys(one, groups) if key in medians) for one in asked]


def _keys(sale: Sale, groups: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the sale's groups, the finest first, all sales last."""
    told = tuple(str(sale.facts.get(name, "")).casefold() for name in groups)
    weight = sale.facts.get("weight_mct")
    if weight is not None:
        told = (_band(number_of(weight) or 0.0), *told)
    return [told[:length] for length in range(len(told), -1, -1)]


def _band(amount: float) -> str:
    """Return the quarter of its doubling in which an amount lies."""
    return str(floor(4 * np.log2(amount))) if amount > 0 else ""


def _figures(tested: Sequence[Tested]) -> Figures:
    prices = np.array([one.sale.price_units for one in tested], dtype=float)
    central = np.array([one.central for one in tested])
    lower = np.array([one.lower for one in tested])
    naive = np.array([one.naive for one in tested])
    errors = np.abs(central / prices - 1)
    return Figures(
        rows=len(tested),
        mdape=_rounded(np.median(errors)),
        p90=_rounded(np.quantile(errors, 0.9)),
        baseline_mdape=_rounded(np.median(np.abs(naive / prices - 1))),
        coverage=_rounded(np.mean(prices >= lower)),
        bound_share=_rounded(np.median(lower / central)),
    )


def _rounded(share: np.floating | Vector) -> float:
    return round(float(share), 4)
