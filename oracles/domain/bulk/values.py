"""Values of all physical things of a round, compiled: `valuation.value_subject` subject by subject.

Where a number could leave 64 bits, and for restaking tokens, the scalar model is left to decide.
"""

from typing import Any

import numpy as np

from collateral.domain.keccak_lanes import compiled
from oracles.domain.bulk.arithmetic import mul_div_down
from oracles.domain.bulk.estimates import DISPUTED, LOWER, OBSERVED_AT, SOURCES, VALUE, estimate
from oracles.domain.bulk.models import LARGEST_AMOUNT, MOST_OBSERVATIONS, model_table
from oracles.domain.columns import Column, Values
from oracles.domain.leaf import ValueStatus
from oracles.domain.quantities import BPS, DAY_S
from oracles.domain.snapshot import Snapshot

_VALID, _CHALLENGED = int(ValueStatus.VALID), int(ValueStatus.CHALLENGED)


def fill(values: Values, snapshot: Snapshot) -> list[int]:
    """Fill in the values of a snapshot; return the places that are left to the scalar model."""
    inputs, said = snapshot.inputs, snapshot.inputs.observations
    left = np.zeros(len(inputs), np.bool_)
    subjects = inputs.subjects
    _fill(
        (snapshot.observed_at, max(0, snapshot.elapsed_s)),
        model_table(),
        inputs.starts,
        (
            np.ascontiguousarray(values.class_id),
            subjects["previous_value"].astype(np.int64),
            subjects["previous_lower"].astype(np.int64),
        ),
        (
            said["source"].astype(np.int64),
            said["kind"].astype(np.int64),
            said["unit"].astype(np.int64),
            said["amount"].astype(np.int64),
            said["observed_at"].astype(np.int64),
        ),
        (values.status, values.value, values.lower, values.observed_at, values.valid_until),
        (values.target_value, values.target_lower, values.sources),
        left,
    )
    # An id of zero is none; the scalar model says so.
    left[:1] |= not subjects["asset_id"][:1].any()
    return [int(place) for place in np.flatnonzero(left)]


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
