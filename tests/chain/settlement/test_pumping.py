"""One key's actor against a real node: claim, store, sign, broadcast, confirm, and recover."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from eth_utils.crypto import keccak

from contracts.errors import ChainRejected, ChainUnavailable
from contracts.wallet import development_wallet
from settlement import services
from settlement.errors import LeaseLost, RetryRefused
from settlement.models import Batch, BatchStatus, Signer
from settlement.services import calls, signers
from settlement.services.signers import Lease

HOLDER = "0x00000000000000000000000000000000000000A1"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _doorbells_are_not_heard(monkeypatch):
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)


def submit(key, amount=1, lane=0, function="mint", contract="TestStablecoin"):
    return services.submit_call(
        client_key=key,
        kind="test",
        contract=contract,
        function=function,
        args=[HOLDER, amount],
        lane=lane,
    )


def pump(chain, lane=0):
    return services.pump_signer(signer_id=Signer.objects.get(lane=lane).pk, chain=chain)


def statuses():
    return list(Batch.objects.order_by("pk").values_list("status", flat=True))


def balance(chain):
    return chain.call("TestStablecoin", "balanceOf", HOLDER)


def test_the_same_key_gives_the_same_envelope(chain):
    first = submit("a", amount=5)

    second = submit("a", amount=9)

    assert second.pk == first.pk
    assert Batch.objects.count() == 1


def test_calls_become_transactions_in_the_order_of_their_envelopes(chain, mine):
    for index in range(3):
        submit(f"call-{index}")

    sent = pump(chain)
    mine()

    assert sent == 3
    nonces = Batch.objects.order_by("pk").values_list("nonce", flat=True)
    assert list(nonces) == [0, 1, 2]
    assert balance(chain) == 3


def test_a_receipt_makes_a_batch_mined(chain, mine):
    submit("a")
    pump(chain)
    mine()

    services.confirm_batches(chain=chain)

    batch = Batch.objects.get()
    assert batch.status == BatchStatus.MINED
    assert batch.block_number == chain.head().number
    assert 0 < batch.gas_used <= batch.gas_limit


def test_without_a_receipt_a_batch_stays_sent(chain):
    submit("a")
    pump(chain)

    services.confirm_batches(chain=chain)

    assert statuses() == [BatchStatus.SENT]


def test_a_call_that_would_revert_gets_no_nonce_and_leaves_no_hole(chain, mine):
    submit("good-1")
    submit("bad", amount=10, function="transfer")
    submit("good-2")

    pump(chain)
    mine()

    bad = Batch.objects.get(client_key="bad")
    assert (bad.status, bad.nonce) == (BatchStatus.DEAD, None)
    assert "ERC20InsufficientBalance" in bad.error
    assert balance(chain) == 2


def test_no_more_than_sixteen_are_in_flight_for_a_key(chain, mine, settings):
    settings.CHAIN_PROFILE = "ethereum"
    for index in range(20):
        submit(f"call-{index}")

    pump(chain)

    assert statuses().count(BatchStatus.SENT) == 16
    mine()
    services.confirm_batches(chain=chain)
    pump(chain)
    mine()
    assert balance(chain) == 20


def test_calls_without_a_lane_are_spread_over_the_pool(chain):
    for index in range(8):
        submit(f"call-{index}", lane=None)
        # As if each touched something of its own.
        Batch.objects.filter(client_key=f"call-{index}").update(writes=[f"asset:{index}"])

    used = set(Batch.objects.values_list("signer__address", flat=True))

    assert len(used) == 4


def test_where_a_node_runs_no_calls_in_a_row_each_is_estimated_by_itself(chain, mine, monkeypatch):
    submit("good")
    submit("bad", amount=10, function="transfer")
    monkeypatch.setattr(type(chain), "simulate_many", refuse)

    pump(chain)
    mine()

    assert statuses() == [BatchStatus.SENT, BatchStatus.DEAD]
    assert balance(chain) == 1


def test_two_workers_that_submit_one_key_get_one_row(chain, monkeypatch):
    first = submit("a")
    monkeypatch.setattr(calls, "_known", lambda client_key: None)

    second = submit("a")

    assert second.pk == first.pk


def refuse(self, calls):
    raise ChainRejected(-32601, "method not found")


class Killed(Exception):
    """Stands for a worker's death."""


def die(*args, **kwargs):
    raise Killed


def test_killed_between_signature_and_storing_the_same_nonce_is_used(chain, mine, monkeypatch):
    submit("a")
    with monkeypatch.context() as patch:
        patch.setattr(Lease, "locked", die)
        with pytest.raises(Killed):
            pump(chain)
    claimed = Batch.objects.get()
    assert (claimed.status, claimed.nonce, claimed.signature) == (BatchStatus.PLANNED, None, None)

    pump(chain)
    mine()

    assert Batch.objects.get().nonce == 0
    assert balance(chain) == 1


def test_killed_between_signature_and_broadcast_the_same_bytes_are_sent(chain, mine, monkeypatch):
    submit("a")
    with monkeypatch.context() as patch:
        patch.setattr(type(chain), "send_many", die)
        with pytest.raises(Killed):
            pump(chain)
    stored = Batch.objects.get()
    assert stored.status == BatchStatus.SIGNED

    pump(chain)
    mine()

    assert Batch.objects.get().tx_hash == stored.tx_hash
    assert chain.receipt(stored.tx_hash).succeeded


def test_killed_after_broadcast_the_transaction_is_adopted_by_its_hash(chain, mine, monkeypatch):
    submit("a")
    send_many = type(chain).send_many

    def send_and_die(self, raws, **how):
        send_many(self, raws, **how)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(type(chain), "send_many", send_and_die)
        with pytest.raises(Killed):
            pump(chain)
    mine()

    pump(chain)
    services.confirm_batches(chain=chain)

    assert statuses() == [BatchStatus.MINED]
    assert balance(chain) == 1


def test_a_time_out_after_the_node_took_it_counts_as_possibly_sent(chain, mine, monkeypatch):
    submit("a")
    send_many = type(chain).send_many

    def send_and_time_out(self, raws, **how):
        send_many(self, raws, **how)
        raise ChainUnavailable("The node gave no answer.")

    with monkeypatch.context() as patch:
        patch.setattr(type(chain), "send_many", send_and_time_out)
        with pytest.raises(ChainUnavailable):
            pump(chain)
    assert statuses() == [BatchStatus.SIGNED]

    mine()
    services.confirm_batches(chain=chain)

    assert statuses() == [BatchStatus.MINED]
    assert balance(chain) == 1


def test_what_the_node_dropped_is_sent_again_with_the_same_bytes(chain, mine):
    submit("a")
    pump(chain)
    sent = Batch.objects.get()
    chain.rpc.request("anvil_dropTransaction", sent.tx_hash)
    mine()
    assert balance(chain) == 0
    Batch.objects.update(broadcast_at=sent.created_at.replace(year=2020))

    pump(chain)
    mine()

    assert Batch.objects.get().tx_hash == sent.tx_hash
    assert balance(chain) == 1


def test_what_waits_long_is_replaced_at_its_nonce_with_both_fees_raised(chain, mine):
    submit("a")
    pump(chain)
    first = Batch.objects.get()
    long_ago = first.created_at.replace(year=2020)
    Batch.objects.update(broadcast_at=long_ago, sent_at=long_ago)

    pump(chain)

    second = Batch.objects.get()
    assert second.nonce == first.nonce
    assert second.max_fee_wei * 8 >= first.max_fee_wei * 9
    assert second.priority_fee_wei * 8 >= first.priority_fee_wei * 9
    assert second.replaced_hashes == [first.tx_hash]
    mine()
    services.confirm_batches(chain=chain)
    assert balance(chain) == 1
    assert statuses() == [BatchStatus.MINED]


def test_an_earlier_hash_of_a_nonce_may_win(chain, mine):
    submit("a")
    pump(chain)
    first = Batch.objects.get()
    mine()
    Batch.objects.update(tx_hash="0x" + "77" * 32, replaced_hashes=[first.tx_hash])

    services.confirm_batches(chain=chain)

    batch = Batch.objects.get()
    assert (batch.status, batch.tx_hash) == (BatchStatus.MINED, first.tx_hash)


def test_a_mined_revert_is_recorded_with_its_reason(chain, mine):
    holder = development_wallet("test " * 11 + "junk", "lane", 0).address
    chain.rpc.request("anvil_setBalance", holder, hex(10**20))
    _mint_to(chain, holder, mine)
    submit("one", amount=5, function="transfer")
    pump(chain)
    # Somebody else's transaction, mined before, takes the balance away.
    chain.rpc.request("anvil_dropTransaction", Batch.objects.get(client_key="one").tx_hash)
    _empty(chain, holder)
    Batch.objects.update(
        broadcast_at=Batch.objects.get(client_key="one").created_at.replace(year=2020)
    )
    pump(chain)
    mine(2)

    services.confirm_batches(chain=chain)

    batch = Batch.objects.get(client_key="one")
    assert batch.status == BatchStatus.REVERTED
    assert "ERC20InsufficientBalance" in batch.error


def test_a_reverted_batch_is_retried_in_a_row_of_its_own(chain):
    batch = submit("a")
    Batch.objects.update(
        status=BatchStatus.REVERTED, nonce=0, signature=b"\x01", tx_hash="0x" + "11" * 32
    )

    again = services.retry(batch)

    assert again.pk != batch.pk
    assert bytes(again.data) == bytes(batch.data)
    assert again.status == BatchStatus.PLANNED


def test_a_dead_batch_is_planned_again(chain):
    batch = submit("a", amount=5, function="transfer")
    pump(chain)

    again = services.retry(batch)

    assert (again.pk, again.status) == (batch.pk, BatchStatus.PLANNED)


def test_a_batch_that_may_still_be_mined_is_not_retried(chain):
    batch = submit("a")
    pump(chain)

    with pytest.raises(RetryRefused):
        services.retry(batch)


def test_while_a_worker_holds_the_lease_another_sends_nothing(chain):
    submit("a")
    signer = Signer.objects.get(lane=0)

    with signers.lease(signer.pk):
        sent = pump(chain)

    assert sent == 0
    assert statuses() == [BatchStatus.PLANNED]


def test_a_worker_whose_lease_was_taken_over_can_write_nothing(chain):
    submit("a")
    signer = Signer.objects.get(lane=0)
    with signers.lease(signer.pk) as stale:
        Signer.objects.update(lease_until=Now())
        with signers.lease(signer.pk):
            pass

        with pytest.raises(LeaseLost), transaction.atomic():
            stale.locked()


def test_the_database_refuses_a_nonce_twice(chain):
    first, second = submit("a"), submit("b")
    signed = {"status": BatchStatus.SIGNED, "nonce": 7, "signature": b"\x01"}
    Batch.objects.filter(pk=first.pk).update(tx_hash="0x" + "11" * 32, **signed)

    with pytest.raises(IntegrityError, match="batch_one_per_nonce"):
        Batch.objects.filter(pk=second.pk).update(tx_hash="0x" + "22" * 32, **signed)


def test_the_database_refuses_a_broadcast_without_stored_bytes(chain):
    batch = submit("a")

    with pytest.raises(IntegrityError):
        Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.SENT)


def _mint_to(chain, holder, mine):
    key = "mint-to-lane"
    services.submit_call(
        client_key=key,
        kind="test",
        contract="TestStablecoin",
        function="mint",
        args=[holder, 5],
        lane=1,
    )
    pump(chain, lane=1)
    mine()
    services.confirm_batches(chain=chain)


def _empty(chain, holder):
    """Set the holder's balance to zero in storage: slot keccak(holder, 0) of an ERC-20."""
    slot = keccak(bytes.fromhex(holder[2:]).rjust(32, b"\0") + b"\0" * 32)
    chain.rpc.request(
        "anvil_setStorageAt", chain.address("TestStablecoin"), "0x" + slot.hex(), "0x" + "00" * 32
    )
