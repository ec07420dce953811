"""The read-only pages of the operators."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from contracts.abi import encode_call
from contracts.domain.words import Kind, encode_results, encode_word, striped
from settlement.models import Batch, BatchStatus, Block, Cursor, EventLog, Operation, Signer

pytestmark = pytest.mark.django_db
MODELS = ("batch", "signer", "operation", "eventlog", "cursor")


@pytest.fixture
def operator(client):
    user = get_user_model().objects.create_superuser("operator", password="secret")
    client.force_login(user)
    return client


@pytest.fixture
def batch():
    """A final batch with one applied and one failed operation."""
    signer = Signer.objects.create(
        chain_id=31337, address="0x" + "11" * 20, purpose="lane", key_index=1, lane=1
    )
    words = [encode_word(Kind.COLLECT, number, 7, 5) for number in (1, 2)]
    for number in (1, 2):
        Operation.objects.create(
            id=striped(1, number),
            client_key=f"op-{number}",
            kind=1,
            lane=1,
            loan_id=striped(1, 7),
            amount=5,
        )
    Block.objects.create(number=5, hash="0x05", parent_hash="0x04", timestamp=1)
    Cursor.objects.create(name="chain", block_number=5, block_hash="0x05")
    EventLog.objects.create(
        block_number=5,
        block_hash="0x05",
        log_index=0,
        tx_hash="0xaa",
        contract="LoanBook",
        name="BatchSettled",
        args={"lane": 1},
    )
    return Batch.objects.create(
        client_key="settle:1:1",
        kind="settle",
        lane=1,
        chain_id=31337,
        signer=signer,
        contract="LoanBook",
        function="settle",
        to_address="0x" + "22" * 20,
        data=encode_call("LoanBook", "settle", [1, words]),
        status=BatchStatus.FINAL,
        nonce=0,
        signature=b"\x01",
        tx_hash="0xaa",
        first_number=1,
        last_number=2,
        count=2,
        results=encode_results([1, 2]),
        applied=1,
        failed=1,
        error="",
    )


@pytest.mark.parametrize("model", MODELS)
def test_each_list_can_be_opened(operator, batch, model):
    page = operator.get(reverse(f"admin:settlement_{model}_changelist"))

    assert page.status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_nothing_can_be_added(operator, model):
    page = operator.get(reverse(f"admin:settlement_{model}_add"))

    assert page.status_code == 403


def test_a_batch_can_be_looked_at_and_not_changed(operator, batch):
    url = reverse("admin:settlement_batch_change", args=[batch.pk])

    page = operator.get(url)
    changed = operator.post(url, {"status": "planned"})

    assert page.status_code == 200
    assert changed.status_code == 403


def test_a_list_of_operations_shows_what_became_of_each(operator, batch):
    page = operator.get(reverse("admin:settlement_operation_changelist")).content.decode()

    assert "applied" in page
    assert "failed" in page


def test_a_list_of_batches_shows_how_many_operations_were_applied(operator, batch):
    page = operator.get(reverse("admin:settlement_batch_changelist")).content.decode()

    assert "2 (1 · 1 · 0)" in page
