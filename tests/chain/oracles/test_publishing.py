"""Rounds of ours against the oracle contract itself."""

import secrets
import time
from pathlib import Path

import pytest
from django.conf import settings

from collateral.models import Asset, AssetStatus, Owner
from contracts.abi import encode_creation
from contracts.client import Chain
from contracts.deployment_record import Deployment
from contracts.errors import CallReverted
from contracts.events import decode
from contracts.wallet import development_wallet, development_wallets
from oracles import projections, selectors, services
from oracles.domain.leaf import Domain, ValueLeaf, ValueStatus, leaf_hash
from oracles.domain.rounds import recompute
from oracles.models import Reporter, RoundStatus
from oracles.services import TokenQuote, ensure_source, observe_token, publishing
from settlement.models import Block

USD = 1_000_000
MINING_LIMIT_S = 120
TOKEN = "0x" + "22" * 20
NUMBERS = {"threshold": 5, "min_interval_s": 21_600, "ttl_s": 129_600}
pytestmark = pytest.mark.django_db


def send(chain, data, to=None):
    """Send a transaction of the governor and return its receipt."""
    wallet = development_wallet(settings.RELAYER_MNEMONIC, "governor")
    fields = {
        "type": 2,
        "chainId": 31_337,
        "nonce": chain.transaction_count(wallet.address),
        "data": data,
        "value": 0,
        "gas": 5_000_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 1,
    }
    raw, tx_hash = wallet.sign_transaction(fields | ({"to": to} if to else {}))
    chain.send_raw(raw)
    receipt = mined(chain, tx_hash)
    assert receipt.succeeded
    return receipt


def mined(chain, tx_hash):
    """Return the receipt; on a busy machine the block comes a moment after the answer."""
    deadline = time.monotonic() + MINING_LIMIT_S
    while (receipt := chain.receipt(tx_hash)) is None:
        assert time.monotonic() < deadline, "the transaction was not mined"
        time.sleep(0.05)
    return receipt


@pytest.fixture
def reporters():
    return development_wallets(settings.RELAYER_MNEMONIC, "reporter", 7)


@pytest.fixture
def chain(anvil_snapshot, reporters):
    """A chain with an oracle that seven reporters sign for, on record."""
    plain = Chain(anvil_snapshot)
    governor = development_wallet(settings.RELAYER_MNEMONIC, "governor").address
    plain.rpc.request("anvil_setBalance", governor, hex(10**21))
    parameters = {
        "threshold": NUMBERS["threshold"],
        "minInterval": NUMBERS["min_interval_s"],
        "ttl": NUMBERS["ttl_s"],
        "voidWindow": 18_000,
        "voidCooldown": 604_800,
    }
    addresses = [wallet.address for wallet in reporters]
    coin = send(plain, encode_creation("TestStablecoin", {}, ["Dollar", "USD"])).contract_address
    bonds = {"stablecoin": coin, "minimumBond": 0, "treasury": governor}
    arguments = [governor, parameters, bonds, sorted(addresses, key=lambda one: int(one, 16))]
    created = send(plain, encode_creation("ValuationOracle", {}, arguments))
    record = Deployment(
        chain_id=31_337,
        genesis_hash=plain.block(0).hash,
        block=created.block_number,
        addresses={"ValuationOracle": created.contract_address},
        lanes=(),
        parameters={"oracle": NUMBERS},
    )
    record.save(Path(settings.DEPLOYMENT_FILE))
    project(plain.with_deployment(record), created)
    return plain.with_deployment(record)


def project(chain, receipt):
    """Hand the events of a receipt to our projections, as the reader does."""
    handlers = {
        "ReporterSet": projections.reporter_set,
        "RoundPublished": projections.round_published,
        "RoundVoided": projections.round_voided,
    }
    for log in receipt.logs:
        mined_at = chain.block(receipt.block_number).timestamp
        event = decode(log, chain.deployment, block_time=mined_at)
        if event is not None and event.name in handlers:
            handlers[event.name](event)


@pytest.fixture
def now(chain):
    head = chain.head()
    Block.objects.create(
        number=head.number,
        hash=head.hash,
        parent_hash=head.parent_hash,
        timestamp=head.timestamp,
    )
    return head.timestamp


@pytest.fixture
def assets(now):
    owner = Owner.objects.create(address="0x" + "33" * 20)

    def minted(class_id):
        anchor = secrets.token_bytes(32)
        return Asset.objects.create(
            class_id=class_id,
            scheme="record",
            canonical=anchor.hex(),
            anchor="0x" + anchor.hex(),
            identity_salt=anchor,
            identity_commitment="0x" + anchor.hex(),
            owner=owner,
            token_id=int.from_bytes(anchor, "big"),
            appraisal_cap_units=class_id * 10_000 * USD,
            attested_at=now - 3_600,
            status=AssetStatus.MINTED,
        )

    ensure_source(slug="exchange", name="Exchange", kind="exchange")
    quote = TokenQuote(
        token=TOKEN,
        source="exchange",
        nav_wei=105 * 10**16,
        market_units=3_100 * USD,
        ether_units=3_000 * USD,
        observed_at=now,
    )
    observe_token(quote=quote, now=now)
    return [minted(class_id) for class_id in range(1, 14)]


@pytest.fixture
def published(chain, reporters, assets, now, monkeypatch):
    """A round signed by five of seven and taken by the contract."""
    calls = []
    monkeypatch.setattr(publishing, "submit_call", lambda **call: calls.append(call))
    opened = services.open_round(observed_at=now)
    for wallet in reporters[2:]:
        result = recompute(selectors.snapshot(round=opened))
        message = services.round_message(round=opened)
        services.submit_round_signature(
            round=opened, signature=wallet.sign_typed_data(message), root=result.root
        )
    assert services.publish_round(round=opened)
    (call,) = calls
    data = chain.encode(call["contract"], call["function"], *call["args"])
    project(chain, send(chain, data, to=chain.address("ValuationOracle")))
    opened.refresh_from_db()
    return opened


def test_the_contracts_reporters_are_mirrored(chain, reporters):
    mirrored = set(Reporter.objects.filter(active=True).values_list("address", flat=True))

    assert mirrored == {wallet.address for wallet in reporters}


def test_a_leaf_hashes_as_the_contract_hashes_it(chain):
    leaf = ValueLeaf(
        asset_id=2**256 - 1,
        class_id=14,
        status=ValueStatus.CHALLENGED,
        value=2**64 - 1,
        lower=2**64 - 2,
        observed_at=5,
        valid_until=6,
    )
    domain = Domain(chain_id=31_337, oracle=chain.address("ValuationOracle"), number=9)

    on_chain = chain.call("ValuationOracle", "leafHash", 9, leaf.as_tuple())

    assert bytes(on_chain) == leaf_hash(leaf, domain)


def test_the_contract_takes_the_round_and_we_mirror_it(chain, published):
    newest, newest_at, previous, _ = chain.call("ValuationOracle", "rounds")

    assert (newest, previous) == (1, 0)
    assert published.status == RoundStatus.PUBLISHED
    assert published.published_at == newest_at


def test_the_contract_accepts_every_proof(chain, published, assets):
    asset_ids = [*(one.token_id for one in assets), int(TOKEN, 16)]

    proofs = selectors.proofs(asset_ids=asset_ids, round_number=1)

    checks = [("ValuationOracle", "check", (1, proof)) for proof in proofs]
    assert [proof[0][0] for proof in proofs] == asset_ids
    for contract, function, args in checks:
        data = chain.encode(contract, function, *args)
        assert chain.simulate(chain.address(contract), data, "0x" + "01" * 20) == b""


@pytest.mark.parametrize("position", range(7))
def test_the_contract_refuses_a_proof_whose_leaf_was_changed(chain, published, assets, position):
    ((leaf, path),) = selectors.proofs(asset_ids=[assets[0].token_id], round_number=1)
    forged = tuple(value + (index == position) for index, value in enumerate(leaf))
    data = chain.encode("ValuationOracle", "check", 1, (forged, path))

    with pytest.raises(CallReverted) as reverted:
        chain.simulate(chain.address("ValuationOracle"), data, "0x" + "01" * 20)

    assert reverted.value.error == "BadProof"


def test_the_contract_refuses_the_empty_proof(chain, published):
    (nothing,) = selectors.proofs(asset_ids=[12_345], round_number=1)
    data = chain.encode("ValuationOracle", "check", 1, nothing)

    with pytest.raises(CallReverted) as reverted:
        chain.simulate(chain.address("ValuationOracle"), data, "0x" + "01" * 20)

    assert reverted.value.error == "BadProof"
