"""How far sources lie apart, reckoned in the database over every value of the newest round."""

from random import Random
from statistics import median_low

import pytest

from oracles import selectors, services
from oracles.domain.statistics import deviation_up
from oracles.models import Source, SourceKind, Valuation
from oracles.services import ensure_source, record_observations
from tests.integration.oracles.steps import published
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")
SOURCES = ("ada", "ben", "cleo", "dan")
# What verifiers attested is one more source of each asset.
ATTESTED = 110_000 * USD


@pytest.fixture
def market(make_asset, said):
    """Have one to four sources say a price of each of a dozen assets; return what they said."""
    random = Random(5)
    for slug in SOURCES:
        ensure_source(slug=slug, name=slug.title(), kind=SourceKind.APPRAISER)
    told = {}
    for number in range(12):
        asset = make_asset(cap=ATTESTED)
        names = SOURCES[: 1 + number % len(SOURCES)]
        told[asset.pk] = {name: random.randint(50_000 * USD, 150_000 * USD) for name in names}
        record_observations(
            observations=[
                said(asset, value, source=name) for name, value in told[asset.pk].items()
            ],
            now=NOW,
        )
    published(services.open_round(observed_at=NOW))
    return told


def centre_of(asset_id):
    return Valuation.objects.get(asset=asset_id).target_value_units


def test_the_deviation_of_each_asset_is_that_of_the_models(market):
    found = selectors.dispersion()

    shown = {one.valuation.asset_id: one for one in found.assets}
    assert shown.keys() == market.keys()
    for asset_id, told in market.items():
        centre, amounts = centre_of(asset_id), [*told.values(), ATTESTED]
        deviation = deviation_up(amounts, centre=centre) * 10_000 // centre
        found_here = shown[asset_id]
        assert found_here.deviation_bps == deviation
        assert (found_here.lowest, found_here.highest) == (min(amounts), max(amounts))
        assert found_here.sources == len(amounts)
    deviations = [one.deviation_bps for one in found.assets]
    assert deviations == sorted(deviations, reverse=True)


def test_a_source_is_told_by_the_medians_of_its_distances(market):
    found = selectors.dispersion()

    shown = {one.source: one for one in found.sources}
    for name in SOURCES:
        shares = [
            (told[name] - centre_of(asset)) * 10_000 // centre_of(asset)
            for asset, told in market.items()
            if name in told
        ]
        assert shown[name.title()].count == len(shares)
        assert shown[name.title()].bias_bps == median_low(shares)
        assert shown[name.title()].distance_bps == median_low(abs(one) for one in shares)


def test_only_the_newest_word_of_an_active_source_counts(make_asset, said):
    asset = make_asset(cap=80_000 * USD)
    ensure_source(slug="ada", name="Ada", kind=SourceKind.APPRAISER)
    ensure_source(slug="ben", name="Ben", kind=SourceKind.APPRAISER)
    record_observations(
        observations=[
            said(asset, 90_000 * USD, source="ada", observed_at=NOW - 9_000),
            said(asset, 80_000 * USD, source="ada", observed_at=NOW - 60),
            said(asset, 70_000 * USD, source="ben"),
        ],
        now=NOW,
    )
    Source.objects.filter(slug="ben").update(active=False)
    published(services.open_round(observed_at=NOW))

    found = selectors.dispersion()

    assert [(one.lowest, one.highest) for one in found.assets] == [(80_000 * USD, 80_000 * USD)]
    assert "Ada" in [one.source for one in found.sources]
    assert "Ben" not in [one.source for one in found.sources]
    assert found.count == 1
