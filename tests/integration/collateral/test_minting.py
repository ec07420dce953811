"""Attested assets become mint transactions: once each, complete, and again when one is lost."""

import pytest

from collateral import services, tasks
from collateral.models import Asset, AssetStatus
from collateral.services.minting import MAX_MINT_ATTEMPTS, mint_requests
from contracts.abi import decode_arguments
from settlement.models import Batch, BatchStatus
from tests.integration.collateral.conftest import OWNER

pytestmark = pytest.mark.django_db
ZERO = "0x" + "0" * 40


def sign_all(asset, verifiers, wallets):
    """Sign every role of an asset, each by a verifier of its own; the appraisal says a value."""
    signed = []
    for request, verifier, wallet in zip(
        asset.requests.order_by("role"), verifiers, wallets, strict=False
    ):
        values = {request.pk: 14_000_000_000 if request.role == 2 else 0}
        statement = services.attestation_messages(values=values, verifier=verifier)[0]
        signature = wallet.sign_typed_data(statement.typed_data)
        signed.append(services.SignedStatement(statement=statement, signature=signature))
    services.submit_attestations(signed=signed)


@pytest.fixture
def verified_car(submitted_car, verifiers, wallets):
    """A car with every signature."""
    sign_all(submitted_car, verifiers, wallets)
    submitted_car.refresh_from_db()
    return submitted_car


def minted_requests(batch):
    return decode_arguments("AssetRegistry", "mintBatch", bytes(batch.data))["requests"]


def test_a_mint_carries_what_was_signed(verified_car):
    services.queue_mint(asset_ids=[verified_car.pk])

    request = minted_requests(Batch.objects.get())[0]

    assert request["owner"] == OWNER
    assert request["originator"] == ZERO
    assert request["classId"] == 2
    assert ["0x" + one.hex() for one in request["anchors"]] == [verified_car.anchor]
    assert "0x" + request["evidenceRoot"].hex() == verified_car.evidence_root
    assert [one["value"] for one in request["attestations"] if one["role"] == 2] == [14_000_000_000]


def test_the_signers_are_in_ascending_order_and_differ(verified_car):
    request = mint_requests([verified_car])[0]

    signers = [int(one["attester"], 16) for one in request["attestations"]]

    assert signers == sorted(set(signers))
    assert len(signers) == 2


def test_an_asset_is_queued_once(verified_car):
    first = services.queue_mint(asset_ids=[verified_car.pk])
    second = services.queue_mint(asset_ids=[verified_car.pk])

    verified_car.refresh_from_db()
    assert (first, second) == (1, 0)
    assert verified_car.status == AssetStatus.MINTING
    assert Batch.objects.count() == 1


def test_an_asset_without_all_signatures_is_not_queued(submitted_car):
    queued = services.queue_mint(asset_ids=[submitted_car.pk])

    assert queued == 0
    assert Batch.objects.count() == 0


def test_the_task_queues_what_is_verified(verified_car):
    tasks.mint_verified()

    verified_car.refresh_from_db()
    assert verified_car.status == AssetStatus.MINTING


def test_a_lost_transaction_is_tried_again_under_a_new_key(verified_car):
    services.queue_mint(asset_ids=[verified_car.pk])
    Batch.objects.update(status=BatchStatus.DEAD)

    tasks.mint_verified()

    assert Batch.objects.count() == 2
    assert Asset.objects.get().mint_attempts == 2


def test_after_three_tries_people_are_asked(verified_car):
    for _ in range(MAX_MINT_ATTEMPTS):
        tasks.mint_verified()
        Batch.objects.update(status=BatchStatus.DEAD)

    tasks.mint_verified()

    verified_car.refresh_from_db()
    assert verified_car.status == AssetStatus.MINT_FAILED
    assert "three times" in verified_car.status_reason
    assert Batch.objects.count() == MAX_MINT_ATTEMPTS


def test_a_running_transaction_is_left_alone(verified_car):
    services.queue_mint(asset_ids=[verified_car.pk])

    changed = services.recover_failed_mints()

    assert changed == 0
    assert Asset.objects.get().status == AssetStatus.MINTING
