"""Operations that fail, starve others, or are sent twice (faults 20 to 26, and 32)."""

import pytest

from contracts.domain.words import Kind
from contracts.errors import CallReverted
from lending.models import Loan
from settlement import services
from settlement.models import Batch, BatchStatus, Signer
from settlement.services import NewOperation, batching, claiming
from tests.chain.lending.market import USD
from tests.faults.support.invariant import operation_results
from tests.faults.support.world import SMALLEST

FAR_TOO_MUCH = 10**15
RESEND_PERCENT = 15


def collect(world, loan, amount):
    operation = NewOperation(
        client_key=f"collect-{next(world.numbers)}",
        kind=Kind.COLLECT,
        loan_id=loan.pk,
        amount=amount,
    )
    outcome = services.intake(operations=[operation])
    assert outcome.refused == ()
    world.operations[operation.client_key] = operation
    return operation.client_key


def first_loan(world):
    return Loan.objects.filter(lane=world.lanes[0]).order_by("pk")[0]


def test_one_poisoned_operation_fails_alone_in_its_batch(world, ends_well):
    world.accept_collects(6)
    poisoned = collect(world, first_loan(world), FAR_TOO_MUCH)
    world.accept_collects(6)

    ends_well()

    results = operation_results(world)
    assert results.pop(poisoned) == "failed"
    assert set(results.values()) == {"applied"}


def test_a_doomed_call_harms_no_neighbour(world, ends_well):
    world.accept_calls(2, lane=world.lanes[0])
    doomed = world.accept_doomed_call(world.lanes[0])
    world.accept_calls(2, lane=world.lanes[0])

    ends_well()

    assert Batch.objects.get(client_key=doomed).nonce is None


def test_a_batch_with_too_little_gas_marks_nothing_as_failed(world, ends_well, monkeypatch):
    world.accept_collects(8)
    starved = []

    def starve(held, signer, found, fees, chain):
        for batch in found.packs:
            if not starved:
                batch.gas_limit = batch.gas_limit * 6 // 10
                starved.append(batch)
        return kept(held, signer, found, fees, chain)

    kept = claiming._store
    monkeypatch.setattr(claiming, "_store", starve)

    ends_well()

    assert starved and Batch.objects.get(pk=starved[0].pk).status == BatchStatus.REVERTED
    assert set(operation_results(world).values()) == {"applied"}


def test_what_a_stranger_paid_meanwhile_fails_on_the_chain_and_the_lane_goes_on(world, ends_well):
    loan = first_loan(world)
    collect(world, loan, loan.prefunded - SMALLEST)
    world.beat()
    late = collect(world, loan, loan.prefunded - SMALLEST)
    after = collect(world, loan, SMALLEST)

    ends_well()

    results = operation_results(world)
    assert (results[late], results[after]) == ("failed", "applied")


def test_a_batch_that_is_sent_again_by_another_row_applies_nothing_twice(world, ends_well):
    world.accept_collects(8)
    world.beat()
    first = Batch.objects.filter(kind=batching.SETTLE, lane=world.lanes[0]).latest("pk")
    twin = batching.again(first, key="failover")
    twin.save()

    ends_well()

    first, twin = (Batch.objects.get(pk=batch.pk) for batch in (first, twin))
    assert (twin.applied, twin.failed, twin.skipped) == (0, 0, first.count)


def test_a_batch_larger_than_a_transaction_may_be_is_split_before_it_is_sent(world, ends_well):
    first, world.lanes = world.lanes, world.lanes[:1]
    world.accept_collects(batching.MAX_WORDS + 1)
    world.lanes = first

    ends_well()

    assert max(transaction.gas for transaction in world.node.submitted) <= 1 << 24
    assert Batch.objects.filter(kind=batching.SETTLE).count() >= 2


def test_a_hot_loan_does_not_starve_the_others(world, ends_well):
    hot = first_loan(world)
    keys = [collect(world, hot, USD + number) for number in range(60)]
    others = world.accept_collects(12)

    for _ in range(3):
        world.beat()
        world.mine()
    world.beat()

    results = operation_results(world)
    done = [key for key in others if results.get(key) == "applied"]
    assert len(done) >= len(others) * 8 // 10
    ends_well()
    assert set(keys) <= set(operation_results(world))


def test_a_lane_without_its_relayers_right_loses_no_operation(world, ends_well):
    world.accept_collects(6)
    signer = Signer.objects.get(lane=world.lanes[0], retired_at__isnull=True)
    book = world.real.deployment.address("LoanBook")
    calldata = world.real.encode("LoanBook", "settle", world.lanes[0], [])
    stranger = "0x00000000000000000000000000000000000000B2"

    with pytest.raises(CallReverted):
        world.real.simulate(book, calldata, stranger)

    assert signer.address != stranger
    ends_well()
