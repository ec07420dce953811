"""Operations that fail, starve others, or are sent twice (faults 20 to 26, and 32)."""

from dataclasses import replace
from functools import partial

import pytest

from contracts.errors import CallReverted
from lending.models import Loan
from settlement.domain.columns import cut
from settlement.domain.packing import pack
from settlement.models import Batch, BatchStatus, Signer
from settlement.services import batching, claiming, pumping
from tests.faults.conftest import LOANS_OF_FIRST_LANE
from tests.faults.support.invariant import operation_results
from tests.faults.support.world import SMALLEST

FAR_TOO_MUCH = 10**15
MOST_SIMULATIONS = 9
FAIR_SHARE = 5
OPERATIONS_EACH = 20


def first_loan(world):
    return Loan.objects.filter(lane=world.lanes[0]).order_by("pk")[0]


@pytest.mark.fault(20)
def test_one_poisoned_operation_fails_alone_in_its_batch(world, ends_well):
    world.accept_collects(6)
    poisoned = world.accept_collect(first_loan(world), FAR_TOO_MUCH)
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


@pytest.mark.fault(21)
def test_a_batch_with_too_little_gas_marks_nothing_as_failed(world, ends_well, monkeypatch):
    world.accept_collects(world.rng.randint(8, 40))
    percent, starved = world.rng.randint(40, 80), []

    def starve(held, signer, found, fees, chain):
        for batch in found.packs:
            if not starved:
                batch.gas_limit = batch.gas_limit * percent // 100
                starved.append(batch)
        return kept(held, signer, found, fees, chain)

    kept = claiming._store
    monkeypatch.setattr(claiming, "_store", starve)

    ends_well()

    assert starved and Batch.objects.get(pk=starved[0].pk).status == BatchStatus.REVERTED
    assert set(operation_results(world).values()) == {"applied"}
    simulations = world.node.asked["eth_simulateV1"] + world.node.asked["eth_estimateGas"]
    assert simulations <= MOST_SIMULATIONS


@pytest.mark.fault(20)
def test_what_a_stranger_paid_meanwhile_fails_on_the_chain_and_the_lane_goes_on(world, ends_well):
    loan = first_loan(world)
    world.accept_collect(loan, loan.prefunded - SMALLEST)
    world.beat()
    late = world.accept_collect(loan, loan.prefunded - SMALLEST)
    after = world.accept_collect(loan, SMALLEST)

    ends_well()

    results = operation_results(world)
    assert (results[late], results[after]) == ("failed", "applied")


@pytest.mark.fault(26)
def test_a_batch_that_is_sent_again_by_another_row_applies_nothing_twice(world, ends_well):
    world.accept_collects(8)
    world.beat()
    first = Batch.objects.filter(kind=batching.SETTLE, lane=world.lanes[0]).latest("pk")
    twin = batching.again(first, key="failover")
    twin.save()

    ends_well()

    first, twin = (Batch.objects.get(pk=batch.pk) for batch in (first, twin))
    assert (twin.applied, twin.failed, twin.skipped) == (0, 0, first.count)


@pytest.mark.fault(22)
def test_a_batch_larger_than_a_transaction_may_be_is_split_before_it_is_sent(world, ends_well):
    first, world.lanes = world.lanes, world.lanes[:1]
    world.accept_collects(batching.MAX_WORDS + 1)
    world.lanes = first

    ends_well()

    assert max(transaction.gas for transaction in world.node.submitted) <= 1 << 24
    assert Batch.objects.filter(kind=batching.SETTLE).count() >= 2


@pytest.fixture
def scarce(monkeypatch):
    """Room for one small batch a block; loans take turns of a few operations."""
    profile = replace(pumping.profile(), in_flight=1)
    with monkeypatch.context() as patch:
        patch.setattr(pumping, "profile", lambda: profile)
        patch.setattr(batching, "MAX_WORDS", FAIR_SHARE * LOANS_OF_FIRST_LANE)
        patch.setattr(batching, "pack", partial(pack, fair_share=FAIR_SHARE))
        patch.setattr(batching, "cut", partial(cut, fair_share=FAIR_SHARE))
        yield patch


def applied(world, keys):
    results = operation_results(world)
    return sum(results[key] == "applied" for key in keys)


def next_block(world):
    world.pump()
    world.mine()
    world.confirm()


@pytest.mark.fault(32)
def test_nine_tenths_on_one_loan_leave_the_others_four_fifths_of_their_throughput(
    world, ends_well, baseline, scarce
):
    hot, *others = Loan.objects.filter(lane=world.lanes[0]).order_by("pk")
    assert len(others) == LOANS_OF_FIRST_LANE - 1
    kept = [world.accept_collect(loan, SMALLEST) for loan in others * OPERATIONS_EACH]
    blocks_alone = 0
    while applied(world, kept) < len(kept):
        next_block(world)
        blocks_alone += 1
    baseline.restore()
    world.restart()

    world.accept_collects(9 * len(kept), loans=[hot])
    kept = world.accept_collects(len(kept), loans=others)
    for _ in range(blocks_alone):
        next_block(world)

    assert blocks_alone > 2
    assert applied(world, kept) * 5 >= len(kept) * 4
    scarce.undo()
    ends_well()


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
