"""What a key sends next, whom it waits for, and how a poisonous operation is found."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from config.stack import rpc
from contracts.client import Chain
from contracts.deployment import deploy_if_needed
from contracts.domain.words import Kind, striped
from contracts.errors import CallReverted
from settlement import directory, services
from settlement.calldata import operations_of
from settlement.domain.outcomes import OperationStatus
from settlement.models import Batch, BatchStatus, Block, LaneProgress, Operation, Signer
from settlement.selectors import operation_statuses
from settlement.services import NewOperation, batching, simulating

HOLDER = "0x00000000000000000000000000000000000000A1"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _doorbells_are_not_heard(monkeypatch):
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)


@pytest.fixture(autouse=True)
def loans():
    """Every loan may exist: whether it does is judged by the chain."""

    def known(loan_ids):
        return {}

    directory.register_loans(known)
    yield
    directory.unregister_loans(known)


@pytest.fixture
def book(anvil_snapshot: str, tmp_path: Path) -> Chain:
    """A chain with all contracts, which mines each transaction at once."""
    rpc.call(anvil_snapshot, "evm_setAutomine", True)
    deployment = deploy_if_needed(anvil_snapshot, tmp_path / "deployment.json")
    deployment.save(Path(project.DEPLOYMENT_FILE))
    return Chain(anvil_snapshot, deployment)


def submit(key, lane=0, **more):
    return services.submit_call(
        client_key=key,
        kind="test",
        contract="TestStablecoin",
        function="mint",
        args=[HOLDER, 1],
        lane=lane,
        **more,
    )


def collect(count, **more):
    operations = [
        NewOperation(
            client_key=f"{n}",
            kind=Kind.COLLECT,
            loan_id=striped(1, 1 + n),
            amount=2_000_000,
            **more,
        )
        for n in range(count)
    ]
    services.intake(operations=operations)


def pump(chain, lane):
    return services.pump_signer(signer_id=Signer.objects.get(lane=lane).pk, chain=chain)


def settle(chain, lane=1):
    pump(chain, lane)
    chain.rpc.request("evm_mine")
    services.confirm_batches(chain=chain)


def explained(batch):
    out = StringIO()
    call_command("settlement", "explain", str(batch.pk), stdout=out)
    return out.getvalue()


# ---- Order between keys -------------------------------------------------------------------------


def test_a_call_waits_for_an_earlier_one_of_another_key_that_touches_the_same(chain, mine):
    submit("first", lane=0)
    second = submit("second", lane=1)

    assert pump(chain, 1) == 0
    pump(chain, 0)
    assert pump(chain, 1) == 0
    mine()
    services.confirm_batches(chain=chain)

    assert pump(chain, 1) == 1
    second.refresh_from_db()
    assert second.waited_on[0]["keys"] == ["contract:TestStablecoin"]
    assert f"It waited for batch {second.waited_on[0]['batch']}" in explained(second)


def test_no_call_waits_longer_than_its_patience(chain):
    first = submit("first", lane=0)
    submit("second", lane=1)
    Batch.objects.filter(pk=first.pk).update(created_at=first.created_at.replace(year=2020))

    assert pump(chain, 1) == 1


def nonces():
    return dict(Batch.objects.values_list("client_key", "nonce"))


def test_a_more_urgent_call_of_a_key_gets_the_earlier_nonce(chain):
    submit("usual")
    submit("urgent", priority=5)
    Batch.objects.filter(client_key="urgent").update(writes=["contract:Other"])

    pump(chain, 0)

    assert nonces() == {"urgent": 0, "usual": 1}


def test_an_urgent_call_does_not_overtake_one_that_touches_the_same(chain):
    other = submit("other")
    submit("usual")
    submit("urgent", priority=5)
    Batch.objects.filter(pk=other.pk).update(writes=["contract:Other"])

    pump(chain, 0)

    assert nonces() == {"usual": 0, "urgent": 1, "other": 2}


def test_a_call_does_not_overtake_one_of_its_own_key_that_waits_for_another_key(chain):
    submit("elsewhere", lane=0)
    submit("waits", lane=1)
    follower = submit("follows", lane=1)
    free = submit("free", lane=1)
    Batch.objects.filter(client_key="elsewhere").update(writes=["loan:1"])
    Batch.objects.filter(client_key="waits").update(writes=["loan:1", "loan:2"])
    Batch.objects.filter(client_key="follows").update(writes=["loan:2"])
    Batch.objects.filter(client_key="free").update(writes=["loan:3"])

    assert pump(chain, 1) == 1

    assert nonces() == {"elsewhere": None, "waits": None, "follows": None, "free": 0}
    follower.refresh_from_db()
    free.refresh_from_db()
    assert follower.waited_on == [
        {"batch": Batch.objects.get(client_key="waits").pk, "keys": ["loan:2"]}
    ]
    assert "It waited for no other batch" in explained(free)


def test_calls_of_no_lane_go_where_their_order_costs_no_waiting_and_else_spread(chain):
    first, follower = submit("first", lane=None), submit("follower", lane=None)
    Batch.objects.update(writes=["contract:Other"])

    spread = submit("spread", lane=None)

    assert follower.signer == first.signer
    assert spread.signer != first.signer


def test_a_paused_key_of_the_pool_gets_no_calls_while_another_can_send(chain):
    paused = submit("first", lane=None).signer
    Signer.objects.filter(pk=paused.pk).update(paused="looked into")

    assert submit("second", lane=None).signer != paused


def test_a_paused_key_sends_nothing_new(chain):
    submit("a")
    Signer.objects.update(paused="looked into")

    assert pump(chain, 0) == 0


def test_when_fees_are_too_high_nothing_new_is_sent_until_they_fall(chain, mine):
    submit("a")
    chain.rpc.request("anvil_setNextBlockBaseFeePerGas", hex(600 * 10**9))
    mine()
    assert pump(chain, 0) == 0
    chain.rpc.request("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    mine()

    assert pump(chain, 0) == 1


# ---- Batches ------------------------------------------------------------------------------------


def test_a_lane_sends_its_operations_and_remembers_how_far_it_came(book):
    collect(7)

    settle(book)

    batch = Batch.objects.get()
    assert (batch.status, batch.count, batch.failed) == (BatchStatus.FINAL, 7, 7)
    assert LaneProgress.objects.get().planned_through == 7
    text = explained(batch)
    assert "It holds 7 operations of lane 1: 7 collect." in text
    assert "simulated" in text
    assert "7 failed" in text


def test_words_wait_for_a_barrier_of_another_key_and_are_told_so(book):
    barrier = submit("barrier", lane=0)
    Batch.objects.update(writes=["epoch"])
    collect(3)

    assert pump(book, 1) == 0
    settle(book, 0)
    settle(book)

    words = Batch.objects.get(count=3)
    assert words.status == BatchStatus.FINAL
    assert f"Its words waited for batch {barrier.pk} (test), which writes epoch." in explained(
        words
    )


def test_what_was_overtaken_by_something_urgent_is_told_so(book, monkeypatch):
    monkeypatch.setattr(batching, "MAX_WORDS", 2)
    collect(2)
    services.intake(
        operations=[
            NewOperation(
                client_key="urgent",
                kind=Kind.COLLECT,
                loan_id=striped(1, 9),
                amount=2_000_000,
                priority=5,
            )
        ]
    )

    settle(book)

    first, second = Batch.objects.order_by("nonce")
    assert [each.number for each in operations_of(first)] == [3, 1]
    assert "Later ones of the lane went before its operations on loans 2" in explained(second)


def test_each_shape_of_batch_is_simulated_first_and_fitted_by_itself(book, monkeypatch):
    monkeypatch.setattr(simulating, "SAMPLE", 10**9)
    collect(4)
    settle(book)
    # As if a batch of charges had used five times what the model says.
    Batch.objects.update(failed=0)
    known = Batch.objects.get()
    known.pk, known.client_key, known.tx_hash, known.nonce = None, "charges", "0x01", 99
    known.shape, known.gas_used = 1 << Kind.CHARGE, 5 * (known.gas_modelled or 0)
    known.save(force_insert=True)
    collect_again = [
        NewOperation(client_key=f"n{n}", kind=Kind.COLLECT, loan_id=striped(1, n + 1), amount=5)
        for n in range(4)
    ]
    services.intake(operations=collect_again)

    settle(book)

    newest = Batch.objects.order_by("pk").last()
    assert (newest.shape, newest.simulated) == (1 << Kind.COLLECT, False)
    assert newest.gas_limit < 2 * newest.gas_modelled + 150_000


def test_the_second_batch_of_a_shape_is_not_simulated_and_has_enough_gas(book, monkeypatch):
    monkeypatch.setattr(simulating, "SAMPLE", 10**9)
    collect(20)
    settle(book)
    Batch.objects.update(failed=0)
    services.intake(
        operations=[
            NewOperation(
                client_key=f"next {n}", kind=Kind.COLLECT, loan_id=striped(1, 1 + n), amount=5
            )
            for n in range(40)
        ]
    )

    settle(book)

    second = Batch.objects.order_by("pk").last()
    assert (second.status, second.simulated, second.count) == (BatchStatus.FINAL, False, 40)


def test_a_poisonous_operation_is_found_by_halving_and_its_neighbours_settle(book, monkeypatch):
    collect(9)
    real = Chain.simulate_many

    def poisoned(self, calls, *args):
        results = real(self, calls, *args)
        return [
            CallReverted("Poison", {}) if _holds(data, 5) else result
            for (_, data, _), result in zip(calls, results, strict=True)
        ]

    monkeypatch.setattr(Chain, "simulate_many", poisoned)
    for _ in range(5):
        settle(book)

    statuses = operation_statuses(Operation.objects.order_by("pk"))
    expected = [OperationStatus.FAILED] * 9
    expected[4] = OperationStatus.STUCK
    assert list(statuses.values()) == expected
    assert "Poison" in Batch.objects.get(count=1, status=BatchStatus.DEAD).error


def _holds(data, number):
    batch = Batch(contract="LoanBook", function="settle", data=data)
    return number in [each.number for each in operations_of(batch)]


def test_a_batch_that_ran_out_of_gas_is_planned_again_by_itself(book, monkeypatch):
    collect(9)
    with monkeypatch.context() as patch:
        patch.setattr(simulating, "settle_limit", lambda **limits: 100_000)
        pump(book, 1)
    for _ in range(2):
        book.rpc.request("evm_mine")
        services.confirm_batches(chain=book)
    first = Batch.objects.order_by("pk").first()
    assert first.status == BatchStatus.REVERTED

    settle(book)

    assert set(operation_statuses(Operation.objects.all()).values()) == {OperationStatus.FAILED}
    assert Batch.objects.exclude(pk=first.pk).get().simulated


def test_an_operation_whose_deadline_passed_in_the_queue_is_recorded_as_given_up(book):
    collect(1, deadline=2_000)
    Block.objects.create(number=1, hash="0x01", parent_hash="0x00", timestamp=2_000)

    assert pump(book, 1) == 0

    (status,) = operation_statuses(Operation.objects.all()).values()
    assert status == OperationStatus.STUCK
    assert "deadline" in Batch.objects.get().error
    assert LaneProgress.objects.get().planned_through == 1


def test_a_hole_in_the_nonces_is_filled_and_what_stands_behind_it_is_mined(chain, mine):
    lost, kept = submit("lost"), submit("kept")
    pump(chain, 0)
    lost.refresh_from_db()
    chain.rpc.request("anvil_dropTransaction", lost.tx_hash)
    lost.delete()
    Batch.objects.update(broadcast_at=kept.created_at.replace(year=2020))

    pump(chain, 0)
    mine()
    services.confirm_batches(chain=chain)

    assert list(Batch.objects.order_by("nonce").values_list("kind", "status")) == [
        ("noop", BatchStatus.MINED),
        ("test", BatchStatus.MINED),
    ]


def test_explaining_a_batch_that_is_not_there_says_which_is_the_newest():
    with pytest.raises(CommandError, match="the newest is 0"):
        call_command("settlement", "explain", "7")
