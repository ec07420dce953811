"""The compiled round equals the scalar one, bit for bit."""

import random

import numpy as np
import pytest

from oracles.domain import rounds
from oracles.domain.bulk.arithmetic import TOO_LARGE, mul_div_down
from oracles.domain.bulk.arithmetic import deviation_up as compiled_deviation
from oracles.domain.bulk.arithmetic import weighted_median_down as compiled_median
from oracles.domain.bulk.models import LARGEST_AMOUNT, MOST_OBSERVATIONS
from oracles.domain.bulk.values import fill
from oracles.domain.columns import empty_values
from oracles.domain.errors import OracleError
from oracles.domain.leaf import ValueStatus
from oracles.domain.movement import Previous
from oracles.domain.observations import kinds_of_class
from oracles.domain.parameters import CLASS_MODELS, LRT_CLASS_ID
from oracles.domain.quantities import BASE_DECIMALS, DAY_S, UNITS_OF_KIND
from oracles.domain.rounds import recompute
from oracles.domain.snapshot import write_snapshot
from oracles.domain.statistics import deviation_up, weighted_median_down
from oracles.domain.valuation import value_subject
from tests.unit.oracles.factories import NOW, USD, observation, previous_round, snapshot, subject

COLUMNS = (
    *("subject", "asset_id", "class_id", "status", "value", "lower", "observed_at"),
    *("valid_until", "target_value", "target_lower", "sources", "nav_wei"),
)


def an_amount(draw, centre):
    """Mostly near the centre, so that sources agree; sometimes at the ends of what fits."""
    if draw.random() < 0.05:
        return draw.choice([1, 2, 3, LARGEST_AMOUNT - 1, LARGEST_AMOUNT, 500_000_000 * USD])
    return max(1, int(centre * draw.choice([0.5, 0.9, 0.97, 1.0, 1.0, 1.02, 1.1, 3.0])))


def an_observation(draw, class_id, centre):
    kind = draw.choice(sorted(kinds_of_class(class_id)))
    unit = draw.choice(sorted(UNITS_OF_KIND[kind]))
    age = draw.choice([-30, 0, 1, DAY_S, 40 * DAY_S, 100 * DAY_S, 400 * DAY_S, 1_000 * DAY_S])
    return observation(
        an_amount(draw, centre if unit == "usd" else centre // 40),
        source=f"source-{draw.randrange(9)}",
        kind=kind,
        unit=unit,
        scale=BASE_DECIMALS[unit],
        observed_at=NOW - age - draw.randrange(3),
    )


def a_subject(draw, asset_id, class_id):
    centre = draw.choice([3, 900, 20_000 * USD, 400_000 * USD, 499_000_000 * USD])
    count = draw.choice([0, 1, 1, 2, 3, 4, 5, 6, 9, MOST_OBSERVATIONS, MOST_OBSERVATIONS + 1])
    value = an_amount(draw, centre)
    previous = Previous(value=value, lower=value * draw.randrange(101) // 100)
    return subject(
        *(an_observation(draw, class_id, centre) for _ in range(count)),
        asset_id=asset_id,
        class_id=class_id,
        status=draw.choice(list(ValueStatus)) if draw.random() < 0.2 else ValueStatus.VALID,
        previous=previous if draw.random() < 0.6 else None,
    )


def some_snapshot(seed, class_id, count=400, elapsed_s=DAY_S):
    draw = random.Random(seed)
    subjects = [a_subject(draw, draw.randrange(1, 2**256), class_id) for _ in range(count)]
    return snapshot(*subjects, number=2, previous=previous_round(observed_at=NOW - elapsed_s))


def one_by_one(snapshot):
    """Value every subject by the scalar model alone."""
    values = empty_values(snapshot.inputs)
    for place in range(len(snapshot.inputs)):
        valued = value_subject(
            snapshot.inputs.subject(place),
            observed_at=snapshot.observed_at,
            elapsed_s=snapshot.elapsed_s,
        )
        if valued is not None:
            rounds.put(values, place, valued)
    return values.where(values.value > 0)


@pytest.fixture
def compiled(monkeypatch):
    monkeypatch.setattr(rounds, "BULK_FROM", 0)


@pytest.mark.parametrize("class_id", sorted(CLASS_MODELS))
@pytest.mark.parametrize("elapsed_s", [0, DAY_S, 90 * DAY_S])
def test_every_class_is_valued_as_by_the_scalar_model(compiled, class_id, elapsed_s):
    inputs = some_snapshot(f"{class_id}/{elapsed_s}", class_id, elapsed_s=elapsed_s)

    values = rounds.value_all(inputs)

    expected = one_by_one(inputs)
    assert len(values) > 100
    assert [name for name in COLUMNS if not same(values, expected, name)] == []


def same(values, expected, name):
    return np.array_equal(getattr(values, name), getattr(expected, name))


@pytest.mark.parametrize("class_id", sorted(CLASS_MODELS))
def test_few_subjects_are_left_to_the_scalar_model(class_id):
    draw = random.Random(class_id)
    said = ("a", "b", "c")
    subjects = [
        subject(
            *(observation(draw.randrange(10**9, 10**12), source=one) for one in said),
            asset_id=number,
            class_id=class_id,
        )
        for number in range(1, 101)
    ]
    inputs = snapshot(*subjects)

    assert fill(empty_values(inputs.inputs), inputs) == []


def test_a_round_has_the_same_bytes_compiled_and_not(compiled, monkeypatch):
    content = write_snapshot(some_snapshot("bytes", 10, count=50))
    fast = recompute(content)
    monkeypatch.setattr(rounds, "BULK_FROM", 10**9)

    slow = recompute(content)

    assert fast == slow


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"asset_id": 0}, "BAD_LEAF"),
        ({"class_id": 99}, "CLASS_UNKNOWN"),
        ({"class_id": 0}, "CLASS_UNKNOWN"),
        ({"previous": Previous(value=1, lower=10**12)}, "BAD_LEAF"),
    ],
)
def test_what_the_scalar_model_refuses_is_refused(compiled, fields, code):
    inputs = snapshot(subject(observation(), **fields))

    with pytest.raises(OracleError) as refused:
        rounds.value_all(inputs)

    assert refused.value.code == code


def test_restaking_tokens_are_left_to_the_scalar_model():
    inputs = snapshot(subject(observation(), class_id=LRT_CLASS_ID))

    assert fill(empty_values(inputs.inputs), inputs) == [0]


def test_products_of_128_bits_are_divided_exactly():
    draw = random.Random(128)
    drawn = [[draw.randrange(1 << draw.randrange(1, 64)) for _ in range(3)] for _ in range(20_000)]

    wrong = [
        (a, b, c)
        for a, b, c in ((a >> 1, b >> 1, (c >> 1) + 1) for a, b, c in drawn)
        if mul_div_down(a, b, c) != (a * b // c if a * b // c < 1 << 62 else TOO_LARGE)
    ]

    assert wrong == []


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_medians_and_deviations_are_those_of_the_scalar_domain(count):
    draw = random.Random(count)
    pairs = [(draw.randrange(100), draw.randrange(1, 5)) for _ in range(count)]
    values, weights = (np.array(column, np.int64) for column in zip(*pairs, strict=True))

    median = compiled_median(values, weights, count)
    deviation = compiled_deviation(values, count, median, np.zeros(count, np.int64))

    assert median == weighted_median_down(pairs)
    assert deviation == deviation_up([value for value, _ in pairs], centre=median)
