"""A deployment on record, seven reporters, and assets with tokens."""

import hashlib
import secrets
from decimal import Decimal

import pytest

from collateral.models import Asset, AssetStatus, Owner
from contracts.deployment_record import Deployment
from contracts.wallet import development_wallets
from oracles.models import Reporter, SourceKind
from oracles.services import NewObservation, ensure_source, record_observations
from settlement.models import Block
from tests.unit.oracles.factories import NOW, USD

MNEMONIC = "test test test test test test test test test test test junk"
ORACLE = "0x" + "11" * 20
TOKEN = "0x" + "22" * 20


def block_hash(number):
    return "0x" + hashlib.sha256(str(number).encode()).hexdigest()


@pytest.fixture
def chain_clock(db):
    """Set the chain's time, as the reader of blocks would."""

    def set_time(now):
        number = Block.objects.count() + 1
        Block.objects.create(
            number=number,
            hash=block_hash(number),
            parent_hash=block_hash(number - 1),
            timestamp=now,
        )

    set_time(NOW)
    return set_time


@pytest.fixture
def deployment(settings, tmp_path):
    """The record of an oracle that needs five signatures, at least six hours apart."""
    settings.DEPLOYMENT_FILE = tmp_path / "deployment.json"
    record = Deployment(
        chain_id=31_337,
        genesis_hash="0x" + "00" * 32,
        block=1,
        addresses={"ValuationOracle": ORACLE},
        lanes=(),
        parameters={"oracle": {"threshold": 5, "min_interval_s": 21_600, "ttl_s": 129_600}},
    )
    record.save(settings.DEPLOYMENT_FILE)
    return record


@pytest.fixture
def reporters(db):
    """Seven wallets of active reporters."""
    wallets = development_wallets(MNEMONIC, "reporter", 7)
    Reporter.objects.bulk_create([Reporter(address=wallet.address) for wallet in wallets])
    return wallets


@pytest.fixture
def make_asset(db):
    """Make a minted asset of a class."""

    def make(class_id=1, *, cap=100_000 * USD, status=AssetStatus.MINTED, **fields):
        anchor = secrets.token_bytes(32)
        owner, _ = Owner.objects.get_or_create(address="0x" + "33" * 20)
        usual = {
            "scheme": "record",
            "canonical": anchor.hex(),
            "anchor": "0x" + anchor.hex(),
            "identity_salt": anchor,
            "identity_commitment": "0x" + anchor.hex(),
            "owner": owner,
            "token_id": int.from_bytes(anchor, "big"),
            "appraisal_cap_units": cap,
            "attested_at": NOW - 3_600,
            "valid_until": NOW + 10**7,
        }
        return Asset.objects.create(class_id=class_id, status=status, **usual | fields)

    return make


@pytest.fixture
def source(db):
    return ensure_source(slug="desk", name="Appraisal desk", kind=SourceKind.APPRAISER)


@pytest.fixture
def said(source):
    """Build what the desk says of an asset."""

    def build(asset=None, value=100_000 * USD, **fields):
        usual = {
            "source": source.slug,
            "kind": "appraisal",
            "value": value,
            "unit": "usd",
            "scale": 6,
            "observed_at": NOW - 60,
            "asset_id": asset.pk if asset else None,
        }
        return NewObservation(**usual | fields)

    return build


@pytest.fixture
def record_rate(db):
    """Record what one unit of a currency is worth in dollars, by a bank."""

    def record(currency, dollars, *, observed_at=NOW - 60, source="bank"):
        ensure_source(slug=source, name=source.title(), kind=SourceKind.EXCHANGE)
        said = NewObservation(
            source=source,
            kind="exchange_rate",
            value=int(Decimal(dollars) * 10**12),
            unit="usd_per_one",
            scale=12,
            observed_at=observed_at,
            token=currency,
        )
        return record_observations(observations=[said], now=NOW)

    return record
