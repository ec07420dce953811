"""Our attestations against the registry itself: what we build and collect, it mints."""

import time
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from collateral import services
from collateral.models import Asset, AssetStatus, Attestation, VerificationRequest, Verifier
from collateral.services.mappings import PORTFOLIO_DIR, load_mapping
from contracts.client import Chain
from contracts.deployment import deploy_if_needed
from contracts.wallet import development_wallet, development_wallets
from settlement import services as engine
from tests.chain.governing import enact

pytestmark = pytest.mark.django_db(transaction=True)
USD = 1_000_000
GAS = 3_000_000
LIMIT_S = 240
TODAY = date(2026, 11, 22)
CLASSES = range(1, 14)
EVERY_ROLE = 15


class Registry:
    """A deployment with three admitted, bonded verifiers, driven without workers."""

    def __init__(self, rpc_url):
        Path(settings.DEPLOYMENT_FILE).unlink(missing_ok=True)
        self.deployment = deploy_if_needed(rpc_url)
        self.chain = Chain(rpc_url, self.deployment)
        self.governor = development_wallet(settings.RELAYER_MNEMONIC, "governor")
        self.owner = development_wallet(settings.RELAYER_MNEMONIC, "owner")
        self.wallets = development_wallets(settings.RELAYER_MNEMONIC, "verifier", 3)

    def admit(self):
        """Admit the verifiers in every role and class, with a bond."""
        engine.ensure_signers()
        bond = 1_000_000 * USD
        verifiers = self.deployment.address("VerifierRegistry")
        self.send("TestStablecoin", "mint", self.governor.address, bond * 3)
        self.send("TestStablecoin", "approve", verifiers, bond * 3)
        for wallet in self.wallets:
            self.send("VerifierRegistry", "deposit", wallet.address, bond)
        grants = [
            ("VerifierRegistry", "setVerifier", (wallet.address, class_id, EVERY_ROLE))
            for wallet in self.wallets
            for class_id in CLASSES
        ]
        enact(self.chain, grants)
        self.run()

    def send(self, contract, function, *arguments):
        """Send a call of the governor and wait until it is mined."""
        raw, tx_hash = self.governor.sign_transaction(
            {
                "type": 2,
                "chainId": 31_337,
                "nonce": self.chain.transaction_count(self.governor.address),
                "to": self.chain.address(contract),
                "data": self.chain.encode(contract, function, *arguments),
                "value": 0,
                "gas": GAS,
                "maxFeePerGas": 10**11,
                "maxPriorityFeePerGas": 1,
            }
        )
        self.chain.send_raw(raw)
        deadline = time.monotonic() + LIMIT_S
        while (receipt := self.chain.receipt(tx_hash)) is None:
            assert time.monotonic() < deadline, "the transaction was not mined"
            time.sleep(0.02)
        assert receipt.succeeded, f"{contract}.{function} was refused"

    def run(self):
        """Let the engine send, confirm and read until nothing is left to do."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            for signer_id in engine.signers_with_work():
                engine.pump_signer(signer_id=signer_id, chain=self.chain)
            engine.confirm_batches(chain=self.chain)
            engine.read_chain(chain=self.chain, confirmations=0)
            if not engine.signers_with_work():
                return
            assert time.monotonic() < deadline, "the engine did not come to rest"
            time.sleep(0.05)

    def attest_everything(self):
        """Let the verifiers sign every open request, each role by another one."""
        firms = {one.address: one for one in Verifier.objects.all()}
        for role, wallet in ((1, 0), (2, 1), (4, 2), (8, 2)):
            signer = self.wallets[wallet]
            values = {
                request.pk: (request.asset.price_units or 0) if role == 2 else 0
                for request in VerificationRequest.objects.filter(role=role, status="open")
            }
            services.submit_attestations(
                signed=[
                    services.SignedStatement(
                        statement=one, signature=signer.sign_typed_data(one.typed_data)
                    )
                    for one in services.attestation_messages(
                        values=values, verifier=firms[signer.address]
                    )
                ]
            )

    def take(self, name):
        """Import one of the project's own files for the owner."""
        return services.import_portfolio(
            path=PORTFOLIO_DIR / f"{name}.csv",
            mapping=load_mapping(f"own_{name}"),
            as_of=TODAY,
            owner_addresses=[self.owner.address],
        )


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
