"""The doorbells, each called as a worker calls it."""

import pytest
from celery import current_app

from config.schedule import beat_schedule
from settlement import services, tasks
from settlement.models import Batch, BatchStatus

HOLDER = "0x00000000000000000000000000000000000000A1"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch, settings, chain):
    """Messages that were sent; nothing hears them."""
    messages = []
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda bell: messages.append(bell))
    settings.RPC_URL = chain.rpc.url
    return messages


def test_the_tasks_take_a_call_from_its_envelope_to_finality(rung, chain, mine):
    services.submit_call(
        client_key="a",
        kind="test",
        contract="TestStablecoin",
        function="mint",
        args=[HOLDER, 5],
        lane=0,
    )
    (bell,) = rung

    tasks.pump_signer(*bell.ids)
    mine(2)
    tasks.confirm_batches()
    tasks.read_chain()

    assert Batch.objects.get().status == BatchStatus.FINAL
    assert chain.call("TestStablecoin", "balanceOf", HOLDER) == 5


def test_every_key_with_work_is_rung(rung, chain):
    for lane in (0, 1):
        services.submit_call(
            client_key=f"lane {lane}",
            kind="test",
            contract="TestStablecoin",
            function="mint",
            args=[HOLDER, 5],
            lane=lane,
        )
    rung.clear()

    tasks.pump_signers()

    assert {bell.task for bell in rung} == {"settlement.tasks.pump_signer"}
    assert len(rung) == 2


def test_every_scheduled_task_of_settlement_is_one_that_workers_know():
    scheduled = {name for name in beat_schedule() if name.startswith("settlement.")}

    assert scheduled
    assert scheduled <= set(current_app.tasks)
