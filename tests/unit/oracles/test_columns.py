"""Inputs that come in parts, in any order, are what they are when they come one by one."""

import random

import numpy as np
import pytest

from oracles.domain.columns import Inputs, inputs_of, merged, plain, starts_of
from tests.unit.oracles.factories import NOW, observation, subject

SOURCES = ("alpha", "beta", "delta", "omega")


def some_subjects(draw, count, *, bits):
    ids = draw.sample(range(1, 10 * count), count)
    return [
        subject(
            *(
                observation(draw.randrange(1, 10**9), source=slug, observed_at=NOW - number)
                for slug in draw.sample(SOURCES, draw.randrange(1, len(SOURCES) + 1))
            ),
            asset_id=number << bits,
        )
        for number in ids
    ]


def reversed_part(inputs):
    """Return the same subjects in the opposite order."""
    subjects = inputs.subjects[::-1].copy()
    pieces = [
        plain(inputs.observations)[inputs.starts[place] : inputs.starts[place + 1]]
        for place in reversed(range(len(inputs)))
    ]
    return Inputs(
        sources=inputs.sources,
        subjects=subjects,
        observations=np.concatenate(pieces).view(inputs.observations.dtype),
        starts=starts_of(subjects["count"]),
    )


@pytest.mark.parametrize("bits", [0, 100, 240])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_parts_in_any_order_are_merged_by_id(bits, seed):
    draw = random.Random(seed)
    subjects = some_subjects(draw, 60, bits=bits)
    whole = inputs_of(subjects)
    parts = [reversed_part(inputs_of(subjects[start::3])) for start in range(3)]
    ids = np.concatenate([part.subjects["asset_id"] for part in parts])

    together, order = merged(parts)

    assert together.sources == whole.sources
    assert together.subjects.tobytes() == whole.subjects.tobytes()
    assert together.observations.tobytes() == whole.observations.tobytes()
    assert together.starts.tolist() == whole.starts.tolist()
    assert ids[order].tobytes() == whole.subjects["asset_id"].tobytes()


def test_sources_that_said_nothing_are_not_named():
    one = inputs_of([subject(observation(source="beta"), asset_id=1)])
    part = Inputs(
        sources=("alpha", "beta"),
        subjects=one.subjects,
        observations=one.observations.copy(),
        starts=one.starts,
    )
    part.observations["source"] = 1

    together, _ = merged([part])

    assert together.sources == ("beta",)
    assert together.observations["source"].tolist() == [0]


def test_no_subjects_at_all_are_merged_to_none():
    together, order = merged([inputs_of([])])

    assert len(together) == 0
    assert len(order) == 0
    assert together.starts.tolist() == [0]
