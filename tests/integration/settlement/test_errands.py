"""What a key has to do is told by one question, for one key or for all."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now

from settlement.errors import SettlementError
from settlement.models import Batch, BatchStatus, Lane, LaneProgress, Signer
from settlement.services.errands import RESEND_AFTER_S, errand_of, errands

pytestmark = pytest.mark.django_db
MOST = 2


@pytest.fixture
def signer():
    return Signer.objects.create(
        chain_id=1, address="0x" + "1" * 40, purpose="lane", key_index=0, lane=3
    )


def batch(signer, status, *, nonce=None, **more):
    number = Batch.objects.count()
    signed = {"signature": b"65", "tx_hash": f"0x{number:064x}"} if status != "planned" else {}
    fields = {"kind": "settle", "chain_id": 1, "to_address": "0x", "data": b"", **signed, **more}
    return Batch.objects.create(
        client_key=f"{number}", signer=signer, status=status, nonce=nonce, **fields
    )


def queue(lane=3, *, accepted=5, planned=0, deferred=()):
    Lane.objects.create(number=lane, next_operation=accepted + 1)
    LaneProgress.objects.create(lane=lane, planned_through=planned, deferred=list(deferred))


def test_a_key_without_anything_has_no_errand(signer):
    errand = errand_of(signer.pk)

    assert not errand.left_over
    assert not errand.may_claim(MOST)
    assert errands() == [errand]


def test_what_was_begun_and_not_ended_is_left_over(signer):
    batch(signer, BatchStatus.SIGNED, nonce=1)

    unsent = errand_of(signer.pk)

    assert (unsent.unsent, unsent.left_over) == (True, True)


def test_a_nonce_and_no_signature_cannot_be_stored(signer):
    with pytest.raises(IntegrityError, match="batch_signed_with_its_nonce"):
        batch(signer, BatchStatus.PLANNED, nonce=1)


@pytest.mark.parametrize(("age_s", "stale"), [(RESEND_AFTER_S - 3, False), (RESEND_AFTER_S, True)])
def test_what_was_broadcast_long_ago_is_stale(signer, age_s, stale):
    batch(signer, BatchStatus.SENT, nonce=1, broadcast_at=Now() - timedelta(seconds=age_s))

    assert errand_of(signer.pk).stale is stale


def test_what_is_cancelled_on_its_way_needs_its_key_at_once(signer):
    batch(signer, BatchStatus.SENT, nonce=1, broadcast_at=Now(), cancelled="A mistake.")

    assert errand_of(signer.pk).stale


@pytest.mark.parametrize(
    ("place", "waits"),
    [
        ({"planned": 5}, False),
        ({"planned": 4}, True),
        ({"planned": 5, "deferred": [2]}, True),
    ],
)
def test_operations_wait_until_all_are_in_batches(signer, place, waits):
    queue(**place)

    assert errand_of(signer.pk).operations is waits


def test_operations_of_a_lane_that_no_batch_has_been_made_of_wait(signer):
    Lane.objects.create(number=3, next_operation=2)

    assert errand_of(signer.pk).may_claim(MOST)


def test_a_key_whose_places_are_taken_claims_nothing(signer):
    queue()
    batch(signer, BatchStatus.SENT, nonce=1, broadcast_at=Now())
    with_room = errand_of(signer.pk)
    batch(signer, BatchStatus.SIGNED, nonce=2)
    full = errand_of(signer.pk)

    assert (with_room.in_flight, with_room.may_claim(MOST)) == (1, True)
    assert (full.in_flight, full.may_claim(MOST)) == (2, False)


@pytest.mark.parametrize(
    ("change", "free"),
    [
        ({}, True),
        ({"lease_until": Now() + timedelta(seconds=60)}, False),
        ({"lease_until": Now() - timedelta(seconds=1)}, True),
        ({"retired_at": Now()}, False),
    ],
)
def test_a_key_is_free_unless_leased_or_retired(signer, change, free):
    Signer.objects.update(**change)

    assert errand_of(signer.pk).free is free


def test_a_key_that_does_not_exist_is_named(signer):
    with pytest.raises(SettlementError, match="number 999"):
        errand_of(999)
