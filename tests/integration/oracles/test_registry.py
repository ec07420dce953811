"""What verifiers attested becomes observations."""

from collateral.models import AssetStatus
from oracles.models import Observation
from oracles.services import observe_registry
from tests.unit.oracles.factories import NOW, USD


def observed():
    rows = Observation.objects.order_by("pk").values_list("kind", "value", "unit", "observed_at")
    return list(rows)


def test_the_appraisal_of_a_minted_asset_is_observed_once(make_asset):
    asset = make_asset()
    observe_registry(now=NOW)

    report = observe_registry(now=NOW)

    assert report.accepted == 0
    assert observed() == [("appraisal", 100_000 * USD, "usd", asset.attested_at)]


def test_attested_rent_counts_from_the_attestation(make_asset):
    asset = make_asset(10, cap=0, attributes={"hourly_income_units": 40_970_000})

    observe_registry(now=NOW)

    assert observed() == [("rental_income", 40_970_000, "usd_per_hour", asset.attested_at)]


def test_a_published_sale_is_observed_on_its_own_day(make_asset):
    make_asset(price_units=7_000 * USD, publisher="Someone", attributes={"sold_on": "2005-09-16"})

    observe_registry(now=NOW)

    assert ("sale", 7_000 * USD, "usd", 1_126_828_800) in observed()


def test_an_owners_own_sale_price_is_not_independent(make_asset):
    make_asset(price_units=7_000 * USD, attributes={"sold_on": "2005-09-16"})

    observe_registry(now=NOW)

    assert [kind for kind, *_ in observed()] == ["appraisal"]


def test_a_thing_without_a_price_is_left_alone(make_asset):
    make_asset(13, cap=0, attributes={"nameplate_w": 5_000})
    make_asset(13, cap=None)

    assert observe_registry(now=NOW).accepted == 0


def test_a_thing_without_a_token_is_left_alone(make_asset):
    make_asset(status=AssetStatus.VERIFIED)

    assert observe_registry(now=NOW).accepted == 0


def test_a_new_attestation_is_observed_again(make_asset):
    asset = make_asset()
    observe_registry(now=NOW)
    asset.attested_at, asset.appraisal_cap_units = NOW, 90_000 * USD
    asset.save()

    assert observe_registry(now=NOW).accepted == 1
