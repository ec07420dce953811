"""Updates of a whole feed, and rounds of a whole world, that do not go on from their past."""

import pytest

from oracles import services
from oracles.domain.errors import RoundRefused
from oracles.models import BreakerTrip, Observation, Round, Verdict
from oracles.services import record_observations
from tests.integration.oracles.steps import published
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")
LEVELS = [100_000 * USD * (3 + n) // 3 for n in range(10)]
DAY = 86_400


def update(said, assets, levels, at):
    return [said(asset, level, observed_at=at) for asset, level in zip(assets, levels, strict=True)]


@pytest.fixture
def fed(make_asset, said):
    """Ten assets of which the desk has spoken once."""
    assets = [make_asset(cap=0) for _ in LEVELS]
    record_observations(observations=update(said, assets, LEVELS, NOW - DAY), now=NOW)
    return assets


def test_a_feed_with_shifted_columns_is_set_aside_as_a_whole(fed, said):
    shifted = LEVELS[5:] + LEVELS[:5]

    report = record_observations(observations=update(said, fed, shifted, NOW - 60), now=NOW)

    assert {refusal.code for refusal in report.refused} == {"FEED_SHIFTED"}
    assert len(report.refused) == len(fed)
    newest = Observation.objects.filter(observed_at=NOW - 60)
    assert set(newest.values_list("verdict", flat=True)) == {Verdict.REFUSED}


def test_a_shifted_feed_moves_no_value_of_the_round(fed, said):
    record_observations(observations=update(said, fed, LEVELS[5:] + LEVELS[:5], NOW - 60), now=NOW)

    opened = services.open_round(observed_at=NOW)

    assert sorted(opened.valuations.values_list("value_units", flat=True)) == LEVELS


def test_a_feed_that_falls_as_a_whole_counts(fed, said):
    fallen = [level * 6 // 10 for level in LEVELS]

    report = record_observations(observations=update(said, fed, fallen, NOW - 60), now=NOW)

    assert (report.accepted, report.refused) == (len(fed), [])


def test_a_history_handed_in_at_once_is_not_taken_for_a_shift(fed, said):
    shifted = LEVELS[5:] + LEVELS[:5]
    history = update(said, fed, LEVELS, NOW - 120) + update(said, fed, shifted, NOW - 60)

    report = record_observations(observations=history, now=NOW)

    assert report.refused == []


@pytest.fixture
def world(make_asset, said):
    """A published round of ten houses and ten cars."""
    assets = [make_asset(class_id, cap=0) for class_id in (1, 2) for _ in range(10)]
    told = update(said, assets, [100_000 * USD] * 20, NOW - DAY)
    record_observations(observations=told, now=NOW)
    published(services.open_round(observed_at=NOW), at=NOW)
    return assets


def leap(world, said, *, classes, at):
    chosen = [asset for asset in world if asset.class_id in classes]
    told = update(said, chosen, [500_000 * USD] * len(chosen), at)
    assert record_observations(observations=told, now=at).refused == []


def test_a_leap_of_two_classes_at_once_opens_no_round(world, said):
    leap(world, said, classes=(1, 2), at=NOW + DAY)

    with pytest.raises(RoundRefused) as refused:
        services.open_round(observed_at=NOW + DAY)

    assert refused.value.code == "GLOBAL_BREAKER"
    assert "20 of 20 values" in str(refused.value)
    assert Round.objects.count() == 1
    trip = BreakerTrip.objects.get()
    assert (trip.number, trip.beyond, trip.counted) == (2, 20, 20)
    assert trip.classes == {"1": 10, "2": 10}


def test_a_leap_of_one_class_is_held_back_value_by_value(world, said):
    leap(world, said, classes=(2,), at=NOW + DAY)

    opened = services.open_round(observed_at=NOW + DAY)

    cars = opened.valuations.filter(class_id=2)
    assert set(cars.values_list("value_units", flat=True)) == {103_000 * USD}


def test_two_days_later_the_breaker_has_lapsed_and_limits_still_hold(world, said):
    leap(world, said, classes=(1, 2), at=NOW + DAY)

    opened = services.open_round(observed_at=NOW + 2 * DAY)

    assert max(opened.valuations.values_list("value_units", flat=True)) == 106_000 * USD
