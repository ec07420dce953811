"""The page that checks disclosures, against the registry on a real chain."""

import json

import pytest

from collateral import services
from collateral.models import Asset, AssetStatus
from tests.chain.collateral.registry import Registry
from tests.node import call_module

pytestmark = pytest.mark.django_db(transaction=True)
VERIFY = "collateral/static/collateral/verify.mjs"
VERDICT = "module.verdict(module.parse(inputs.text), undefined, inputs.registry, inputs.node)"


@pytest.fixture
def minted(anvil_snapshot, settings, tmp_path):
    """One minted asset and the registry that minted it."""
    settings.MEDIA_ROOT = tmp_path
    registry = Registry(anvil_snapshot)
    registry.admit()
    registry.take("machinery")
    asset = Asset.objects.order_by("pk").first()
    registry.attest_everything()
    services.queue_verified()
    registry.run()
    asset.refresh_from_db()
    assert asset.status == AssetStatus.MINTED
    return asset, registry


def verdict(shown, registry, node, **changes):
    inputs = {"text": json.dumps(shown), "registry": registry, "node": node} | changes
    return call_module(VERIFY, VERDICT, **inputs)


def test_a_node_that_does_not_answer_is_not_taken_for_a_refusal(minted):
    asset, registry = minted
    address = registry.deployment.address("AssetRegistry")
    shown = services.disclose(asset_id=asset.pk, field="attributes.maker")

    told = verdict(shown, address, "http://127.0.0.1:1/")

    assert "answers as a node of the chain" in told["refused"]


def test_a_field_is_found_under_the_root_that_the_quorum_signed(minted, anvil):
    asset, registry = minted
    address = registry.deployment.address("AssetRegistry")
    shown = services.disclose(asset_id=asset.pk, field="attributes.maker")

    good = verdict(shown, address, anvil)
    bad = [
        verdict(shown | {"value": "Other"}, address, anvil),
        verdict(shown | {"token_id": "1"}, address, anvil),
        verdict(shown | {"chain_id": 1}, address, anvil),
        verdict(shown, "0x" + "1" * 40, anvil),
    ]
    swapped = json.loads(json.dumps(shown))
    swapped["steps"][1]["salt"] = "0x" + "11" * 32
    bad.append(verdict(swapped, address, anvil))

    assert good["root"] == asset.evidence_root
    assert good["sentence"].startswith("Holds")
    assert all("refused" in one for one in bad)
    assert "no quorum signed" in bad[-1]["refused"]
