"""Our attestations against the registry itself: what we build and collect, it mints."""

import pytest

from collateral import services
from collateral.models import Asset, AssetStatus, Attestation, Verifier
from tests.chain.collateral.registry import CLASSES, USD, Registry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def registry(anvil_snapshot):
    """A registry with admitted verifiers."""
    made = Registry(anvil_snapshot)
    made.admit()
    return made


def test_authority_and_bond_are_read_from_the_chain(registry):
    verifier = Verifier.objects.get(address=registry.wallets[0].address)

    assert verifier.bond_units == 1_000_000 * USD
    assert verifier.authorities.count() == len(CLASSES)


@pytest.mark.parametrize("name", ["real_estate", "car", "energy"])
def test_what_our_verifiers_sign_the_registry_mints(registry, name):
    report = registry.take(name)
    registry.attest_everything()

    services.queue_verified()
    registry.run()

    assets = list(Asset.objects.all())
    assert len(assets) == report.registered
    assert {one.status for one in assets} == {AssetStatus.MINTED}
    for asset in assets:
        on_chain = registry.chain.call("AssetRegistry", "assetOf", asset.token_id)
        assert asset.token_id == int(asset.anchor, 16)
        assert asset.appraisal_cap_units == asset.price_units == on_chain["appraisalCap"]
        assert asset.valid_until == on_chain["validUntil"]
        owner = registry.chain.call("AssetRegistry", "ownerOf", asset.token_id)
        assert owner == asset.holder_address == registry.owner.address
    assert not Attestation.objects.filter(spent=False).exists()


def test_the_registry_refuses_one_asset_and_mints_the_others(registry):
    registry.take("car")
    registry.attest_everything()
    forged = Attestation.objects.order_by("pk").first()
    Attestation.objects.filter(pk=forged.pk).update(value_units=forged.value_units + 1)

    services.queue_verified()
    registry.run()

    statuses = sorted(Asset.objects.values_list("status", flat=True))
    assert statuses == ["mint_failed"] + ["minted"] * 5
    assert Asset.objects.get(status="mint_failed").pk == forged.request.asset_id
