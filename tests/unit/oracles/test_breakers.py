"""What stops a whole feed or a whole round."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from config.paths import ROOT
from oracles.domain.breakers import (
    FEED_LEAST_MOVE_UNKNOWN_BPS,
    ROUND_HOLD_S,
    Movement,
    breaks_round,
    continuity,
)
from oracles.domain.quantities import DAY_S

STATES = ROOT.parent / "shared" / "data" / "realestate_fhfa_hpi_at_state.csv"
SERIES = [f"s{number}" for number in range(10)]
PAST = {name: [100_000 + 10_000 * n] for n, name in enumerate(SERIES)}


def moved(*bps_of_each):
    return {
        name: PAST[name][0] * (10_000 + bps) // 10_000
        for name, bps in zip(SERIES, bps_of_each, strict=False)
    }


def test_a_feed_that_goes_on_counts():
    found = continuity(PAST, moved(*range(0, 500, 50)))

    assert found.series == 10
    assert not found.quarantined


def test_what_all_series_do_together_is_no_break():
    assert not continuity(PAST, moved(*[-5_000] * 10)).quarantined


def test_shifted_columns_are_a_break():
    far_apart = {name: [1_000 * 2**n] for n, name in enumerate(SERIES)}
    names = SERIES[1:] + SERIES[:1]
    shifted = {name: far_apart[other][0] for name, other in zip(SERIES, names, strict=True)}
    shifted["s3"], shifted["s5"] = 500, 900_000

    found = continuity(far_apart, shifted)

    assert found.quarantined
    assert {"s3", "s5", "s9"} <= set(found.broken)


@pytest.mark.parametrize(("broken", "quarantined"), [(2, False), (3, True)])
def test_a_fifth_and_at_least_three_series_must_break(broken, quarantined):
    far = FEED_LEAST_MOVE_UNKNOWN_BPS + 10

    found = continuity(PAST, moved(*[far] * broken, *[0] * (10 - broken)))

    assert len(found.broken) == broken
    assert found.quarantined is quarantined


@pytest.mark.parametrize(("series", "quarantined"), [(4, False), (5, True)])
def test_fewer_than_five_series_are_not_judged(series, quarantined):
    update = dict(list(moved(9_000, -6_000, 9_000, 0, 0, 0).items())[:series])
    update["s1"] = 40_000

    assert continuity(PAST, update).quarantined is quarantined


def test_a_series_without_a_past_is_not_judged():
    assert continuity({}, moved(*[0] * 10)).series == 0


def states():
    if not STATES.exists():
        pytest.skip("the published house price index is not here: ../shared/data")
    series = defaultdict(dict)
    with Path(STATES).open() as file:
        for state, year, quarter, level in csv.reader(file):
            if level.replace(".", "").isdigit():
                series[state][int(year), int(quarter)] = int(float(level) * 100)
    return series


def test_twenty_nine_years_of_house_prices_are_never_taken_for_shifted_and_shifted_ones_always():
    series = states()
    names = sorted(series)
    quarters = sorted(series["CA"])

    false_alarms, missed = [], []
    for place in range(quarters.index((1990, 1)), len(quarters)):
        earlier, now = quarters[place - 12 : place], quarters[place]
        past = {name: [series[name][one] for one in earlier] for name in names}
        update = {name: series[name][now] for name in names}
        shifted = {
            name: update[other] for name, other in zip(names, [*names[1:], names[0]], strict=True)
        }
        if continuity(past, update).quarantined:
            false_alarms.append(now)
        if not continuity(past, shifted).quarantined:
            missed.append(now)

    assert false_alarms == []
    assert missed == []


def movements(*, first, second, calm):
    beyond = [Movement(class_id=1, beyond=True)] * first
    beyond += [Movement(class_id=2, beyond=True)] * second
    return [*beyond, *[Movement(class_id=3, beyond=False)] * calm]


@pytest.mark.parametrize(
    ("first", "second", "calm", "broken"),
    [(1, 1, 18, True), (1, 1, 19, False), (20, 0, 0, False), (10, 9, 0, False), (10, 10, 0, True)],
    ids=["a tenth", "less than a tenth", "one class", "too few values", "everything"],
)
def test_a_tenth_of_twenty_values_in_two_classes_breaks_a_round(first, second, calm, broken):
    told = movements(first=first, second=second, calm=calm)

    assert breaks_round(told, elapsed_s=DAY_S) is broken


def test_the_breaker_holds_for_two_days():
    told = movements(first=10, second=10, calm=0)

    assert breaks_round(told, elapsed_s=ROUND_HOLD_S - 1)
    assert not breaks_round(told, elapsed_s=ROUND_HOLD_S)
