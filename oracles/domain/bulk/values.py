"""Values of all physical things of a round, compiled: `valuation.value_subject` subject by subject.

Where a number could leave 64 bits, and for restaking tokens, the scalar model is left to decide.
"""

from typing import Any

import numpy as np

from collateral.domain.keccak_lanes import compiled
from collateral.domain.spread import slices, spread
from oracles.domain.bulk.arithmetic import mul_div_down
from oracles.domain.bulk.estimates import DISPUTED, LOWER, OBSERVED_AT, SOURCES, VALUE, estimate
from oracles.domain.bulk.models import LARGEST_AMOUNT, MOST_OBSERVATIONS, model_table
from oracles.domain.columns import Column, Inputs, Values
from oracles.domain.leaf import ValueStatus
from oracles.domain.quantities import BPS, DAY_S
from oracles.domain.snapshot import Snapshot

_VALID, _CHALLENGED = int(ValueStatus.VALID), int(ValueStatus.CHALLENGED)


def fill(values: Values, snapshot: Snapshot) -> list[int]:
    """Fill in the values of a snapshot; return the places that are left to the scalar model."""
    inputs = snapshot.inputs
    left = np.zeros(len(inputs), np.bool_)
    times = snapshot.observed_at, max(0, snapshot.elapsed_s)
    spread(lambda one: _fill_places(values, inputs, times, left, one), slices(len(inputs)))
    # An id of zero is none; the scalar model says so.
    left[:1] |= not inputs.subjects["asset_id"][:1].any()
    return [int(place) for place in np.flatnonzero(left)]


def _fill_places(
    values: Values, inputs: Inputs, times: tuple[int, int], left: Column, places: slice
) -> None:
    """Fill in the values of a slice; its columns are unpacked for the time that takes."""
    subjects = inputs.subjects[places]
    starts = inputs.starts[places.start : places.start + len(subjects) + 1]
    said = inputs.observations[starts[0] : starts[-1]]
    _fill(
        times,
        model_table(),
        starts - starts[0],
        _unpacked(subjects, "class_id", "previous_value", "previous_lower"),
        _unpacked(said, "source", "kind", "unit", "amount", "observed_at"),
        _slices(values, places, "status", "value", "lower", "observed_at", "valid_until"),
        _slices(values, places, "target_value", "target_lower", "sources"),
        left[places],
    )


def _unpacked(records: Column, *names: str) -> tuple[Column, ...]:
    return tuple(records[name].astype(np.int64) for name in names)


def _slices(values: Values, places: slice, *names: str) -> tuple[Column, ...]:
    return tuple(getattr(values, name)[places] for name in names)


@compiled
def _fill(
    times: tuple[int, int],
    models: Column,
    starts: Column,
    subjects: tuple[Column, ...],
    said: tuple[Column, ...],
    leaves: tuple[Column, ...],
    targets: tuple[Column, ...],
    left: Column,
) -> None:
    scratch = np.zeros((5, MOST_OBSERVATIONS), np.int64)
    found = np.zeros(8, np.int64)
    class_ids, previous_value, previous_lower = subjects
    for place in range(len(class_ids)):
        model = models[class_ids[place]]
        fits = (
            model["known"] == 1
            and 0 <= previous_lower[place] <= previous_value[place] < LARGEST_AMOUNT
            and estimate(times[0], model, starts[place], starts[place + 1], said, scratch, found)
        )
        if not fits:
            left[place] = True
        elif found[VALUE] > 0 and found[OBSERVED_AT] + model["valid_for_s"] > times[0]:
            _publish(times[1], model, place, previous_value, previous_lower, found, leaves)
            targets[0][place], targets[1][place] = found[VALUE], found[LOWER]
            targets[2][place] = found[SOURCES]


@compiled
def _publish(
    elapsed_s: int,
    model: Column,
    place: int,
    previous_value: Column,
    previous_lower: Column,
    found: Column,
    leaves: tuple[Column, ...],
) -> None:
    statuses, values, lowers, observed_at, valid_until = leaves
    value, lower = found[VALUE], found[LOWER]
    if previous_value[place] > 0:
        value = _limited(value, previous_value[place], model, elapsed_s)
        lower = _limited(lower, previous_lower[place], model, elapsed_s)
    falling = (lower - found[LOWER]) * BPS > lower * model["move_cap_bps"]
    if statuses[place] == _VALID and (found[DISPUTED] == 1 or falling):
        statuses[place] = _CHALLENGED
    values[place], lowers[place] = value, lower
    observed_at[place] = found[OBSERVED_AT]
    valid_until[place] = found[OBSERVED_AT] + model["valid_for_s"]


@compiled
def _limited(target: int, previous: int, model: Column, elapsed_s: int) -> Any:
    """Return the number nearest to the target that may be published after the previous one."""
    rate = min(model["move_bps_day"] * elapsed_s, model["move_cap_bps"] * DAY_S)
    move = mul_div_down(previous, rate, BPS * DAY_S)
    return max(previous - move, min(target, previous + move))
