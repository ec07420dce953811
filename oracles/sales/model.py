"""Prices learnt from sales: lines and trees on logarithms, weighed by how each did unseen.

The lower bound is conformal: it is set by errors on sales that the predicting model had not seen,
scaled by how uncertain the thing is, so it holds at its level for things of the same kind. Where
sales have days, unseen means later: what drifts shows in the errors. The hardest things to value
get a bound of their own, at a higher level.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import ceil
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, ShuffleSplit
from threadpoolctl import threadpool_limits

from oracles.sales.features import Encoder, Matrix
from oracles.sales.records import Sale

MODEL = "sales-2"
Vector = NDArray[np.float64]
Split = tuple[NDArray[np.int64], NDArray[np.int64]]
_SEED = 20_260
_FOLDS = 5
# Below the first count too few errors are known to tell where they are large; above the second
# one held-out quarter tells enough, and forests cost more than they add.
_FEW, _FEW_HARD, _MANY = 100, 60, 8_000
_GRID = 10
_WEIGHED_ON = 4_000
_PRIOR_SALES = 60
# Of sales with days the first part only teaches; the rest is foretold in so many blocks. Of many
# sales one block tells enough.
_DATED = 60
_TAUGHT_SHARE, _BLOCKS = 0.4, 4
_TAUGHT_SHARE_OF_MANY = 0.75
# How far the central value is moved to where its median error is least (in logarithms).
_SHIFTS = np.arange(-10, 11) / 100
_PRIOR_SHIFT = 100
# The bound holds for the highest of these shares of sales at which its median is still the least
# share of the central value, and for the last one in any case.
LEVELS = tuple(level / 1_000 for level in range(985, 865, -5))
LEAST_BOUND_SHARE = 0.66
# A level told by few errors is less certain, so that more of the value is given for it.
_LEAST_BOUND_SHARE_OF_FEW = 0.62
# The hardest of things by their expected error: their bounds hold at the highest level, and the
# median bound, which lending can use, is not theirs.
_HARD_SHARE = 0.4
# Where the level asks for more errors than are known, the largest is stretched.
_STRETCH = 1.15
# A prediction leaves the range of known prices by so much at most (in logarithms).
_BEYOND = 0.4


class Regressor(Protocol):
    """What a fitted part can do."""

    def fit(self, x: Any, y: Any) -> Any: ...

    def predict(self, x: Any) -> Any: ...


@dataclass(frozen=True)
class Prediction:
    """Central values and lower bounds, ledger units as floats."""

    central: Vector
    lower: Vector


def logs_of(sales: Sequence[Sale]) -> Vector:
    """Return the natural logarithms of the prices in ledger units."""
    return np.log(np.array([one.price_units for one in sales], dtype=float))


class _Middle:
    """The part that knows only the median: it wins where facts tell nothing."""

    def fit(self, x: Matrix, y: Vector) -> None:
        self._value = float(np.median(y))

    def predict(self, x: Matrix) -> Vector:
        return np.full(len(x), self._value)


class _Parts:
    """Several regressors fitted to the same sales."""

    def __init__(self, sales: Sequence[Sale]) -> None:
        self._encoder = Encoder().fit(sales)
        logs = logs_of(sales)
        self._range = (float(logs.min()) - _BEYOND, float(logs.max()) + _BEYOND)
        self._fitted: list[tuple[Regressor, Callable[[Sequence[Sale]], Matrix]]] = [
            (_Middle(), self._for_trees),
            (RidgeCV(alphas=np.logspace(-2, 3, 11)), self._encoder.for_lines),
            (_boosted(len(sales), self._encoder.kind_columns), self._encoder.for_trees),
        ]
        if len(sales) < _MANY:
            self._fitted.append((_forest(leaf=2), self._for_trees))
        self._centre = float(logs.mean())
        for part, columns in self._fitted:
            part.fit(columns(sales), logs - self._centre)

    def _for_trees(self, sales: Sequence[Sale]) -> Matrix:
        return np.nan_to_num(self._encoder.for_trees(sales), nan=-1.0)

    def predict(self, sales: Sequence[Sale]) -> Matrix:
        """Return one column of logarithms for each part."""
        told = [self._centre + part.predict(columns(sales)) for part, columns in self._fitted]
        return np.clip(np.column_stack(told), *self._range)

    def describe(self, sales: Sequence[Sale], logs: Vector) -> Matrix:
        """Return what the size of an error may depend on: the facts, and the value itself."""
        return np.column_stack([self._for_trees(sales), logs])


def _boosted(count: int, kind_columns: list[bool]) -> Regressor:
    return HistGradientBoostingRegressor(
        loss="absolute_error",
        max_iter=120 if count < _MANY else 200,
        learning_rate=0.1,
        max_leaf_nodes=15 if count < _MANY else 31,
        min_samples_leaf=max(3, min(20, count // 30)),
        categorical_features=kind_columns if any(kind_columns) else None,
        early_stopping=False,
        random_state=_SEED,
    )


def _sized(*, leaf: int) -> ExtraTreesRegressor:
    """Return a forest that also tells what it would have said of each row without that row."""
    return ExtraTreesRegressor(
        n_estimators=100,
        min_samples_leaf=leaf,
        max_features=0.7,
        random_state=_SEED,
        bootstrap=True,
        oob_score=True,
    )


def _forest(*, leaf: int) -> Regressor:
    return ExtraTreesRegressor(
        n_estimators=100, min_samples_leaf=leaf, max_features=0.7, random_state=_SEED
    )


class SalesModel:
    """What a set of sales teaches about the price of a thing, and the bound below it."""

    def __init__(self, sales: Sequence[Sale]) -> None:
        # One thread: results do not depend on the machine, and small fits are faster so.
        with threadpool_limits(limits=1):
            self._learn(sales)

    def predict(self, sales: Sequence[Sale]) -> Prediction:
        """Return the value of each thing; what its price was is not looked at."""
        with threadpool_limits(limits=1):
            logs = self._parts.predict(sales) @ self._weights + self._shift
            lower = logs - self._bound.reach(self._uncertainty(sales, logs))
        return Prediction(np.exp(logs), np.exp(lower))

    def _learn(self, sales: Sequence[Sale]) -> None:
        logs = logs_of(sales)
        unseen: list[Matrix] = []
        places: list[NDArray[np.int64]] = []
        for known, tested in _splits(sales):
            parts = _Parts([sales[place] for place in known])
            unseen.append(parts.predict([sales[place] for place in tested]))
            places.append(tested)
        held_out = np.concatenate(places)
        told = np.concatenate(unseen)
        self._weights = _weights(told, logs[held_out])
        predicted = told @ self._weights
        self._shift = _shift(predicted - logs[held_out])
        predicted = predicted + self._shift
        errors = predicted - logs[held_out]
        self._parts = _Parts(sales)
        scales = self._learn_uncertainty([sales[place] for place in held_out], predicted, errors)
        self._bound = _Bound(errors / scales, scales)

    def _learn_uncertainty(
        self, sales: Sequence[Sale], predicted: Vector, errors: Vector
    ) -> Vector:
        """Learn the size of errors; return what is expected of each sale without its own error."""
        self._typical = float(np.mean(np.abs(errors))) or 1e-6
        self._scale: Regressor | None = None
        if len(errors) < _FEW:
            return np.full(len(errors), self._typical)
        forest = _sized(leaf=max(10, len(errors) // 25))
        forest.fit(self._parts.describe(sales, predicted), np.abs(errors))
        self._scale = forest
        return np.maximum(forest.oob_prediction_, self._typical / 2)

    def _uncertainty(self, sales: Sequence[Sale], logs: Vector) -> Vector:
        """Return the size of error to expect of each: at least half the usual one."""
        if self._scale is None:
            return np.full(len(logs), self._typical)
        told = self._scale.predict(self._parts.describe(sales, logs))
        return np.maximum(told, self._typical / 2)


class _Bound:
    """How far below a value the bound lies, by the error that is expected of the thing."""

    def __init__(self, scores: Vector, scales: Vector) -> None:
        self._hard_from = float(np.quantile(scales, 1 - _HARD_SHARE))
        hard = scales > self._hard_from
        ordered = np.sort(scores)
        self._usual = max(_usual_reach(np.sort(scores[~hard]), scales), 0.0)
        hardest = np.sort(scores[hard]) if hard.sum() >= _FEW_HARD else ordered
        self._hard = max(_quantile_up(hardest, LEVELS[0]), self._usual)

    def reach(self, scales: Vector) -> Vector:
        """Return the distance of the bound from the value, in logarithms."""
        return np.where(scales > self._hard_from, self._hard, self._usual) * scales


def _splits(sales: Sequence[Sale]) -> Iterator[Split]:
    """Yield places of (known, tested) sales: later ones by earlier ones, where they have days."""
    count = len(sales)
    days = [one.day for one in sales if one.day is not None]
    if len(days) == count >= _DATED and len(set(days)) > _BLOCKS:
        ordered = np.array(sorted(range(count), key=lambda place: (days[place], place)))
        share, blocks = (_TAUGHT_SHARE, _BLOCKS) if count < _MANY else (_TAUGHT_SHARE_OF_MANY, 1)
        cuts = np.linspace(int(count * share), count, blocks + 1).astype(int)
        yield from ((ordered[:start], ordered[start:end]) for start, end in pairwise(cuts))
    elif count >= _MANY:
        rows = np.arange(count)
        yield from ShuffleSplit(n_splits=1, test_size=0.25, random_state=_SEED).split(rows)
    else:
        yield from KFold(_FOLDS, shuffle=True, random_state=_SEED).split(np.arange(count))


def _shift(errors: Vector) -> float:
    """Return by how much to move values so that their median error is least, drawn to none."""
    best = min(_SHIFTS, key=lambda shift: float(np.median(np.abs(np.expm1(errors + shift)))))
    return float(best) * len(errors) / (len(errors) + _PRIOR_SHIFT)


def _weights(told: Matrix, logs: Vector) -> Vector:
    """Return the convex weights of the parts with the least mean absolute error."""
    told, logs = told[:_WEIGHED_ON], logs[:_WEIGHED_ON]
    parts = told.shape[1]
    choices = [
        np.array([*rest, _GRID - sum(rest)]) / _GRID
        for rest in product(range(_GRID + 1), repeat=parts - 1)
        if sum(rest) <= _GRID
    ]
    # Drawn towards equal weights of all but the median: few sales choose by luck.
    equal = np.array([0.0, *([1 / (parts - 1)] * (parts - 1))])
    best = min(choices, key=lambda one: float(np.mean(np.abs(told @ one - logs))))
    return best + (equal - best) * _PRIOR_SALES / (_PRIOR_SALES + len(logs))


def _usual_reach(ordered: Vector, scales: Vector) -> float:
    """Return how many times its expected error the bound of most things lies below a value."""
    least = LEAST_BOUND_SHARE if len(scales) >= _FEW else _LEAST_BOUND_SHARE_OF_FEW
    for level in LEVELS:
        reach = _quantile_up(ordered, level)
        if float(np.median(np.exp(-reach * scales))) >= least:
            break
    return reach


def _quantile_up(ordered: Vector, level: float) -> float:
    """Return the score that at least ``level`` of new scores stay below (split conformal)."""
    rank = ceil((len(ordered) + 1) * level)
    if rank > len(ordered):
        return float(ordered[-1]) * _STRETCH
    return float(ordered[rank - 1])
