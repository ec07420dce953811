"""What is never sent, or taken back: deadlines, cancelling, draining, a key without a reserve."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from settlement import services
from settlement.domain.profiles import PROFILES
from settlement.models import Batch, BatchStatus, Block, Failure, Signer
from settlement.services import operating, pumping

HOLDER = "0x00000000000000000000000000000000000000A1"
NOW = 2_000
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _doorbells_are_not_heard(monkeypatch):
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)


@pytest.fixture
def operator():
    return get_user_model().objects.create_superuser("operator", password="secret")


def submit(key, lane=0, **more):
    return services.submit_call(
        client_key=key,
        kind="test",
        contract="TestStablecoin",
        function="mint",
        args=[HOLDER, 5],
        lane=lane,
        **more,
    )


def pump(chain, lane=0):
    return services.pump_signer(signer_id=Signer.objects.get(lane=lane).pk, chain=chain)


def balance(chain):
    return chain.call("TestStablecoin", "balanceOf", HOLDER)


def settle(chain, mine, blocks=2):
    mine(blocks)
    services.confirm_batches(chain=chain)


def fresh(batch):
    batch.refresh_from_db()
    return batch


def block_at(timestamp):
    Block.objects.create(number=1, hash="0x01", parent_hash="0x00", timestamp=timestamp)


# ---- Deadlines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("deadline", "sent"), [(NOW, 0), (NOW + 1, 1)])
def test_a_call_is_sent_before_its_deadline_and_never_from_then_on(chain, deadline, sent):
    batch = submit("a", deadline=deadline)
    block_at(NOW)

    assert pump(chain) == sent

    failures = {0: (BatchStatus.DEAD, Failure.DEADLINE), 1: (BatchStatus.SENT, "")}
    assert (fresh(batch).status, batch.failure) == failures[sent]
    assert (batch.nonce is None) == (sent == 0)
    assert sent or f"The deadline {NOW} passed" in batch.error


def test_a_call_that_waits_for_another_is_given_up_at_its_deadline_and_holds_nobody_up(chain):
    submit("elsewhere", lane=1)
    late, next_one = submit("late", deadline=NOW), submit("next")
    Batch.objects.filter(pk=late.pk).update(writes=["contract:TestStablecoin", "loan:1"])
    Batch.objects.filter(pk=next_one.pk).update(writes=["loan:1"])
    block_at(NOW)

    assert pump(chain) == 1

    assert fresh(late).failure == Failure.DEADLINE
    assert fresh(next_one).status == BatchStatus.SENT


# ---- Cancelling ---------------------------------------------------------------------------------


def test_a_cancelled_call_on_its_way_has_failed_when_the_transfer_of_nothing_is_final(
    chain, mine, operator
):
    batch = submit("a")
    pump(chain)
    original = fresh(batch).tx_hash

    operating.cancel(batch=batch, actor=operator, reason="a mistake")
    pump(chain)

    assert fresh(batch).status == BatchStatus.SENT
    assert batch.replaced_hashes == [original]
    assert batch.cancel_hashes == [batch.tx_hash]
    mine(1)
    services.confirm_batches(chain=chain)
    assert (fresh(batch).status, batch.failure) == (BatchStatus.MINED, "")
    settle(chain, mine)
    assert (fresh(batch).status, batch.failure) == (BatchStatus.REVERTED, Failure.CANCELLED)
    assert batch.error == "Cancelled by operator: a mistake"
    assert balance(chain) == 0
    sent = chain.rpc.request("eth_getTransactionByHash", batch.tx_hash)
    assert (sent["to"], sent["value"]) == (batch.signer.address.lower(), "0x0")


def test_a_cancelled_call_that_was_mined_first_has_succeeded(chain, mine, operator):
    batch = submit("a")
    pump(chain)
    original = fresh(batch).tx_hash
    mine(1)

    operating.cancel(batch=batch, actor=operator, reason="too late")
    pump(chain)
    settle(chain, mine)

    assert (fresh(batch).status, batch.failure) == (BatchStatus.FINAL, "")
    assert batch.tx_hash == original
    assert balance(chain) == 5


def test_what_was_cancelled_on_its_way_can_be_sent_again(chain, mine, operator):
    batch = submit("a")
    pump(chain)
    operating.cancel(batch=batch, actor=operator, reason="a mistake")
    pump(chain)
    settle(chain, mine)

    again = services.retry(fresh(batch))
    pump(chain)
    settle(chain, mine)

    assert (fresh(again).status, again.cancelled) == (BatchStatus.FINAL, "")
    assert balance(chain) == 5


def test_a_call_that_is_cancelled_while_its_key_claims_gets_no_nonce(chain, monkeypatch):
    batch = submit("a")
    real = type(chain).fees_and_nonce

    def cancelled_meanwhile(self, address):
        Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.DEAD)
        return real(self, address)

    monkeypatch.setattr(type(chain), "fees_and_nonce", cancelled_meanwhile)

    assert pump(chain) == 0

    assert (fresh(batch).status, batch.nonce) == (BatchStatus.DEAD, None)


# ---- Draining -----------------------------------------------------------------------------------


def test_a_paused_lanes_waiting_calls_go_through_keys_of_the_pool(chain, mine, operator):
    batch = submit("a")
    signer = batch.signer

    told = operating.pause(signer=signer, actor=operator, reason="looked into")

    assert "1 calls that waited went to other keys" in told
    assert fresh(batch).signer != signer
    assert (batch.signer.purpose, batch.lane) == ("relayer", 0)


def test_a_call_that_moves_its_senders_own_tokens_stays_with_its_key(chain, operator):
    batch = submit("a")
    key = f"token:stablecoin:{batch.signer.address}"
    Batch.objects.filter(pk=batch.pk).update(writes=[key])

    operating.pause(signer=batch.signer, actor=operator, reason="looked into")

    assert fresh(batch).signer.lane == 0


# ---- Rules of chains ----------------------------------------------------------------------------


@pytest.fixture
def monad(settings):
    """Enter a chain on which a key that holds less than a reserve sends one by one."""
    settings.CHAIN_PROFILE = "monad"
    return PROFILES["monad"]


@pytest.mark.parametrize(("missing", "sent"), [(0, 3), (1, 1)])
def test_a_key_below_its_reserve_has_one_transaction_on_its_way(chain, mine, monad, missing, sent):
    for index in range(3):
        submit(f"{index}")
    address = Signer.objects.get(lane=0).address
    chain.rpc.request("anvil_setBalance", address, hex(monad.reserve_balance_wei - missing))

    assert pump(chain) == sent


def test_a_key_below_its_reserve_waits_until_its_last_transaction_is_final(chain, mine, monad):
    for index in range(2):
        submit(f"{index}")
    address = Signer.objects.get(lane=0).address
    chain.rpc.request("anvil_setBalance", address, hex(monad.reserve_balance_wei // 2))
    pump(chain)
    mine(1)
    services.confirm_batches(chain=chain, confirmations=monad.finality_blocks)
    assert pump(chain) == 0
    mine(monad.finality_blocks)
    services.confirm_batches(chain=chain, confirmations=monad.finality_blocks)

    assert pump(chain) == 1


def test_a_delegated_key_below_its_reserve_is_paused_before_it_sends(chain, mine, monad):
    submit("a")
    address = Signer.objects.get(lane=0).address
    chain.rpc.request("anvil_setBalance", address, hex(monad.reserve_balance_wei // 2))
    chain.rpc.request("anvil_setCode", address, "0xef0100" + "11" * 20)

    assert pump(chain) == 0
    assert "EIP-7702" in Signer.objects.get(lane=0).paused


@pytest.mark.parametrize(("percent", "least"), [(10, 1_125), (100, 2_000)])
def test_a_replacement_is_raised_by_what_the_chains_nodes_ask_for(
    chain, monkeypatch, percent, least
):
    rules = replace(PROFILES["local"], replacement_percent=percent)
    monkeypatch.setattr(pumping, "profile", lambda: rules)
    batch = submit("a")
    pump(chain)
    before = fresh(batch).max_fee_wei
    old = timezone.now() - timedelta(seconds=pumping.REPLACE_AFTER_S + 1)
    Batch.objects.update(sent_at=old, broadcast_at=old)

    pump(chain)

    assert len(fresh(batch).replaced_hashes) == 1
    assert batch.max_fee_wei * 1_000 >= before * least
