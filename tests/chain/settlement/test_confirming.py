"""From a receipt to finality, and back where the chain went back."""

import pytest

from settlement import services
from settlement.models import Batch, BatchStatus, Cursor, Signer
from settlement.services import confirming
from settlement.services.sealing import raw_of

HOLDER = "0x00000000000000000000000000000000000000A1"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _doorbells_are_not_heard(monkeypatch):
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)


def send(chain, key="a", amount=1):
    services.submit_call(
        client_key=key,
        kind="test",
        contract="TestStablecoin",
        function="mint",
        args=[HOLDER, amount],
        lane=0,
    )
    services.pump_signer(signer_id=Signer.objects.get(lane=0).pk, chain=chain)


def confirm(chain, confirmations=1):
    return services.confirm_batches(chain=chain, confirmations=confirmations)


def status():
    return Batch.objects.get().status


@pytest.mark.parametrize(("more_blocks", "expected"), [(2, "mined"), (3, "final")])
def test_a_batch_is_final_once_enough_blocks_stand_on_it(chain, mine, more_blocks, expected):
    send(chain)
    mine(1 + more_blocks)

    confirm(chain, confirmations=3)

    assert status() == expected
    assert (Batch.objects.get().final_at is not None) == (expected == "final")


def test_a_batch_of_a_replaced_block_is_in_flight_again(chain, mine):
    send(chain)
    mine()
    confirm(chain)
    Batch.objects.update(block_hash="0x" + "99" * 32)
    mine()

    confirm(chain)

    batch = Batch.objects.get()
    assert (batch.status, batch.block_number, batch.gas_used) == (BatchStatus.SENT, None, None)


def test_after_a_reorganisation_a_batch_is_found_in_its_new_block(chain, mine):
    send(chain)
    mine()
    confirm(chain)
    first = Batch.objects.get()
    # Another maker of the block: with the same one it could come out the same.
    chain.rpc.request("anvil_setCoinbase", "0x" + "77" * 20)
    chain.rpc.request("anvil_reorg", 1, [[first_raw(first), 0]])
    mine(2)
    confirm(chain)
    assert status() == BatchStatus.SENT
    Batch.objects.update(sent_at=first.created_at.replace(year=2020))

    confirm(chain)

    batch = Batch.objects.get()
    assert batch.status == BatchStatus.FINAL
    assert batch.block_hash != first.block_hash
    assert batch.tx_hash == first.tx_hash


def first_raw(batch):
    return "0x" + raw_of(batch).hex()


def test_a_receipt_in_a_block_that_was_passed_over_is_asked_for_by_its_hash(chain, mine):
    send(chain)
    mine()
    Cursor.objects.create(name=Cursor.RECEIPTS, block_number=chain.head().number, block_hash="0x00")
    assert confirm(chain) == 0
    Batch.objects.update(sent_at=Batch.objects.get().created_at.replace(year=2020))

    assert confirm(chain) == 1


def test_a_pause_longer_than_the_limit_is_not_read_block_by_block(chain, mine, monkeypatch):
    monkeypatch.setattr(confirming, "MOST_BEHIND", 3)
    Cursor.objects.create(name=Cursor.RECEIPTS, block_number=0, block_hash="0x00")
    mine(5)
    send(chain)
    mine()

    assert confirm(chain) == 1
    assert Cursor.objects.get(name=Cursor.RECEIPTS).block_number == chain.head().number


def test_nothing_in_flight_asks_the_node_nothing():
    assert services.confirm_batches(chain=None) == 0
