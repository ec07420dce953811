"""Operators act with a reason, and every act leaves a row."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from contracts.client import Chain
from settlement.console import hot_loans
from settlement.models import (
    Batch,
    BatchStatus,
    Failure,
    Incident,
    IncidentKind,
    Lane,
    Operation,
    OperatorAction,
    Signer,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("deployment"),
]


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    bells = []
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda bell: bells.append(bell))
    return bells


@pytest.fixture
def operator(client):
    user = get_user_model().objects.create_superuser("operator", password="secret")
    client.force_login(user)
    return client


@pytest.fixture
def signer():
    return Signer.objects.create(
        chain_id=31337, address="0x" + "11" * 20, purpose="lane", key_index=1, lane=1
    )


def batch_of(signer, key, status=BatchStatus.PLANNED, nonce=None, **fields):
    sent = {"signature": b"\x02", "tx_hash": "0x" + key.encode().hex().rjust(64, "0")}
    return Batch.objects.create(
        client_key=key,
        kind="test",
        lane=1,
        chain_id=31337,
        signer=signer,
        contract="TestStablecoin",
        function="mint",
        to_address="0x" + "22" * 20,
        data=b"",
        status=status,
        nonce=nonce,
        **(sent if nonce is not None else {}),
        **fields,
    )


def act(client, model, action, row, reason="The node was down"):
    url = reverse(f"admin:settlement_{model}_changelist")
    chosen = {"action": action, "_selected_action": [row.pk], "reason": reason, "index": 0}
    return client.post(url, chosen, follow=True)


def test_speeding_up_makes_a_sent_batch_due_for_replacement(operator, signer, rung):
    batch = batch_of(signer, "a", BatchStatus.SENT, nonce=1, sent_at=timezone.now())

    act(operator, "batch", "speed_up", batch)

    batch.refresh_from_db()
    assert (timezone.now() - batch.sent_at).total_seconds() > 60
    assert [bell.ids for bell in rung] == [(signer.pk,)]
    row = OperatorAction.objects.get()
    assert (row.action, row.target, row.reason) == (
        "speed up",
        f"batch {batch.pk}",
        "The node was down",
    )
    assert row.actor.username == "operator"


def test_a_call_that_waits_can_be_cancelled(operator, signer):
    batch = batch_of(signer, "a")

    act(operator, "batch", "cancel", batch)

    batch.refresh_from_db()
    assert batch.status == BatchStatus.DEAD
    assert batch.failure == Failure.CANCELLED
    assert batch.error == "Cancelled by operator: The node was down"


@pytest.mark.parametrize("status", [BatchStatus.SIGNED, BatchStatus.SENT])
def test_a_call_on_its_way_is_not_taken_for_cancelled_but_its_key_is_told(
    operator, signer, rung, status
):
    batch = batch_of(signer, "a", status, nonce=3)

    act(operator, "batch", "cancel", batch)

    batch.refresh_from_db()
    assert (batch.status, batch.failure) == (status, "")
    assert batch.cancelled == "Cancelled by operator: The node was down"
    assert [bell.ids for bell in rung] == [(signer.pk,)]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": BatchStatus.MINED, "nonce": 3},
        {"status": BatchStatus.SENT, "nonce": 3, "cancelled": "before"},
        {"first_number": 1, "last_number": 2},
        {"status": BatchStatus.SENT, "nonce": 3, "first_number": 1, "last_number": 2},
    ],
)
def test_what_has_ended_or_holds_operations_is_not_cancelled(operator, signer, fields):
    batch = batch_of(signer, "a", **fields)
    before = batch.status

    page = act(operator, "batch", "cancel", batch)

    batch.refresh_from_db()
    assert batch.status == before
    assert "only a call that is not mined yet can be" in page.content.decode()
    assert OperatorAction.objects.get().outcome.startswith("Refused: ")


def test_what_ended_without_effect_is_requeued(operator, signer):
    batch = batch_of(signer, "a", BatchStatus.DEAD, error="No money")

    act(operator, "batch", "requeue", batch)

    batch.refresh_from_db()
    assert batch.status == BatchStatus.PLANNED


def test_a_lane_is_paused_and_resumed(operator, signer, rung):
    act(operator, "signer", "pause", signer, reason="Key rotation")
    signer.refresh_from_db()
    assert signer.paused == "Key rotation"

    act(operator, "signer", "resume", signer)

    signer.refresh_from_db()
    assert signer.paused == ""
    assert [row.action for row in OperatorAction.objects.order_by("pk")] == ["pause", "resume"]


def test_an_incident_is_closed(operator):
    incident = Incident.objects.create(
        kind=IncidentKind.DEEP_REORGANISATION, sentence="The chain replaced 5 blocks."
    )

    act(operator, "incident", "close", incident)

    incident.refresh_from_db()
    assert incident.closed_at is not None


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_done(operator, signer, reason):
    page = act(operator, "signer", "pause", signer, reason=reason)

    signer.refresh_from_db()
    assert signer.paused == ""
    assert "Say why" in page.content.decode()


def test_the_database_refuses_an_act_without_a_reason(operator):
    actor = get_user_model().objects.get()

    with pytest.raises(IntegrityError):
        OperatorAction.objects.create(actor=actor, action="pause", target="x", reason="")


def test_who_may_only_look_is_offered_no_action(client, signer):
    user = get_user_model().objects.create_user("viewer", password="secret", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_signer"))
    client.force_login(user)

    act(client, "signer", "pause", signer)

    signer.refresh_from_db()
    assert signer.paused == ""
    assert not OperatorAction.objects.exists()


def test_the_console_shows_keys_stuck_batches_hot_loans_failures_and_incidents(
    operator, signer, monkeypatch
):
    monkeypatch.setattr(Chain, "balances", lambda chain, keys: dict.fromkeys(keys, 5 * 10**18))
    long_ago = timezone.now().replace(year=2020)
    batch_of(signer, "a", BatchStatus.SENT, nonce=1, sent_at=long_ago, error="underpriced")
    batch_of(signer, "b", BatchStatus.DEAD, error="The contract refused the call: Nope().")
    Incident.objects.create(kind=IncidentKind.FOREIGN_TRANSACTION, sentence="A stranger did it.")

    page = operator.get(reverse("admin:settlement_console")).content.decode()

    assert "5,000,000,000,000,000,000" in page
    assert "underpriced" in page
    assert "1 × The contract refused the call: Nope()." in page
    assert "A stranger did it." in page


def test_hot_loans_are_counted_from_what_waits(signer):
    from_lane = 1 << 40
    for number, loan in enumerate([7, 7, 7, 8], start=1):
        Operation.objects.create(
            id=from_lane | number,
            client_key=f"op-{number}",
            kind=1,
            lane=1,
            loan_id=from_lane | loan,
            amount=5,
        )

    Lane.objects.create(number=1, next_operation=5)

    from_console = hot_loans()

    assert [(loan.loan_id, loan.waiting) for loan in from_console] == [(from_lane | 7, 3)]


def test_without_a_node_the_console_says_so(operator, signer, settings):
    settings.RPC_URL = "http://127.0.0.1:9"

    page = operator.get(reverse("admin:settlement_console")).content.decode()

    assert "the node does not answer" in page


def test_the_console_is_for_staff(client):
    assert client.get(reverse("admin:settlement_console")).status_code == 302


def test_metrics_are_given_to_this_machine(client, signer):
    batch_of(signer, "a", BatchStatus.SENT, nonce=1)

    text = client.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()

    assert 'ballast_batches{status="sent"} 1.0' in text
    labels = f'address="{signer.address}",lane="1",purpose="lane"'
    assert f"ballast_key_in_flight{{{labels}}} 1.0" in text
    assert "ballast_reader_lag_blocks 0.0" in text


@pytest.mark.parametrize(
    "caller",
    [{"REMOTE_ADDR": "10.0.0.7"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "1.2.3.4"}],
)
def test_metrics_are_refused_to_strangers_and_through_proxies(client, caller):
    assert client.get("/metrics", **caller).status_code == 403


def test_metrics_are_given_to_staff_from_anywhere(operator):
    assert operator.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 200
