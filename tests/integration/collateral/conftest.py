"""A database with verifiers, a chain time and a deployment; the chain itself is not needed here."""

from datetime import date

import pytest

from collateral import services
from collateral.domain.classes import CLASSES, Role, class_by_code
from collateral.models import VerifierAuthority
from contracts.deployment_record import Deployment
from contracts.wallet import LocalWallet
from settlement.models import Block
from settlement.services.signers import ensure_signers

NOW = 1_795_000_000
TODAY = date(2026, 11, 22)
OWNER = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
OTHER_OWNER = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
VIN = "1M8GDM9AXKP042788"
ALL_ROLES = int(Role.TITLE | Role.APPRAISAL | Role.INSPECTION | Role.DEVICE)


@pytest.fixture(autouse=True)
def deployment(settings, tmp_path):
    """A deployment record with the contracts that collateral names."""
    settings.DEPLOYMENT_FILE = tmp_path / "deployment.json"
    settings.MEDIA_ROOT = tmp_path / "evidence"
    settings.ANCHOR_KEYS = {1: "a" * 32}
    made = Deployment(
        chain_id=31337,
        genesis_hash="0x" + "0" * 64,
        block=0,
        addresses={
            "EAS": "0x" + "1" * 40,
            "AssetRegistry": "0x" + "2" * 40,
            "VerifierRegistry": "0x" + "3" * 40,
        },
        lanes=(),
        parameters={"eas_version": "1.4.0"},
    )
    made.save(settings.DEPLOYMENT_FILE)
    return made


@pytest.fixture
def chain_now(db):
    """The newest block's time."""
    Block.objects.create(number=1, hash="0x01", parent_hash="0x00", timestamp=NOW)
    ensure_signers()
    return NOW


@pytest.fixture
def wallets():
    """Three verifiers' wallets."""
    return [LocalWallet(bytes([9]) * 31 + bytes([n])) for n in (1, 2, 3)]


@pytest.fixture
def verifiers(chain_now, wallets):
    """Three verifiers, admitted in every role of every class."""
    made = [services.ensure_verifier(address=one.address, name="Firm") for one in wallets]
    VerifierAuthority.objects.bulk_create(
        VerifierAuthority(verifier=one, class_id=kind.id, roles=ALL_ROLES)
        for one in made
        for kind in CLASSES
        if not kind.fungible
    )
    return made


@pytest.fixture
def car(db):
    """A draft of a car."""
    return services.register_asset(
        asset_class=class_by_code("car"),
        owner_address=OWNER,
        identifiers={"vin": {"vin": VIN}},
        attributes={"maker": "MCI", "model": "102"},
        jurisdiction="US",
        price_units=15_900_000_000,
    )


@pytest.fixture
def submitted_car(car):
    """A car that waits for its verifiers."""
    return services.submit_for_verification(asset_id=car.pk)
