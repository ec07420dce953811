"""What real providers do instead of answering (faults 9 to 12, 28, 29 and 31)."""

import pytest

from settlement.models import IN_FLIGHT, Batch, BatchStatus, Signer
from settlement.services import batching, pumping
from tests.faults.support import lies
from tests.faults.support.proxy import hashes

BLOCKS_TO_RECOVER = 2
SAID_AFTER_ACCEPTING = (
    "already known",
    "transaction already imported",
    "unknown transaction",
    "known transaction: 5d1b7e",
    "replacement transaction underpriced",
    "transaction with the same hash was already imported",
)


@pytest.mark.fault(9)
def test_an_error_after_the_node_accepted_counts_as_possibly_sent(world, ends_well):
    world.accept_some()
    lie = world.one_of([lies.accepted_then_502, lies.accepted_then_cut, lies.truncated])
    world.node.tell(lie(lies.SEND, chance=0.6, times=world.rng.randint(1, 4)))

    world.beats(4)

    ends_well()
    assert len(set(hashes(world.node.submitted))) == len(
        Batch.objects.filter(tx_hash__in=hashes(world.node.submitted))
    )


@pytest.mark.fault(10)
def test_what_was_silently_dropped_is_sent_again_within_two_blocks(world, ends_well):
    world.accept_calls(3, lane=world.lanes[0])
    world.node.tell(lies.silently_dropped(times=3))
    world.beat()
    dropped = hashes(world.node.submitted)
    assert len(dropped) == 3

    world.let_pass(pumping.RESEND_AFTER_S + 1)
    for _ in range(BLOCKS_TO_RECOVER):
        world.beat()
        world.mine()
    world.confirm()

    assert Batch.objects.filter(tx_hash__in=dropped, block_number__isnull=False).count() == 3
    ends_well()


@pytest.mark.fault(11)
def test_whatever_the_words_of_a_refusal_only_a_receipt_decides(world, ends_well):
    world.accept_some()
    words = world.one_of(SAID_AFTER_ACCEPTING)
    world.node.tell(lies.refused_after_accepting(words, chance=0.7))

    world.beats(2)

    ends_well()


@pytest.mark.fault(12)
def test_a_nonce_error_with_an_internal_code_pauses_nobody(world, ends_well):
    world.accept_some()
    words = world.one_of(["nonce too low", "OldNonce", "invalid nonce"])
    world.node.tell(lies.refused_after_accepting(words, code=-32_603, times=4))

    world.beats(3)

    assert not Signer.objects.exclude(paused="").exists()
    ends_well()


@pytest.mark.fault(29)
def test_a_refusal_of_what_was_never_taken_loses_nothing(world, ends_well):
    world.accept_some()
    world.node.tell(lies.refused("txpool is full", times=6))

    world.beats(3)

    ends_well()


@pytest.mark.fault(29)
def test_a_burst_of_429_costs_only_time(world, ends_well):
    world.accept_some()
    world.node.tell(lies.too_many_requests(chance=0.5, times=20))

    world.beats(5)

    ends_well()


@pytest.mark.fault(29)
def test_no_key_has_more_than_sixteen_in_the_pool(world, ends_well, settings):
    settings.CHAIN_PROFILE = "ethereum"
    world.accept_calls(40, lane=world.lanes[0])
    world.beat()
    signer = Signer.objects.get(lane=world.lanes[0])

    in_flight = signer.batches.filter(status__in=IN_FLIGHT).count()

    assert 0 < in_flight <= 16
    assert not Batch.objects.filter(error__contains="txpool is full").exists()
    ends_well()


@pytest.mark.fault(31)
def test_a_receipt_that_is_missing_is_asked_for_again(world, ends_well):
    world.accept_some()
    world.beat()
    world.mine(2)
    world.node.tell(lies.nothing_known(times=world.rng.randint(3, 9)))

    world.beats(2, seconds=0)

    assert not Batch.objects.filter(status__in=[BatchStatus.REVERTED, BatchStatus.DEAD]).exists()
    ends_well()


@pytest.mark.fault(31)
def test_a_receipt_without_its_logs_settles_no_operation(world, ends_well):
    world.accept_collects(6)
    world.beat()
    world.mine(2)
    world.node.tell(lies.without_logs())

    world.beats(2)

    settled = Batch.objects.filter(kind=batching.SETTLE)
    assert settled.exists()
    assert not settled.exclude(status__in=IN_FLIGHT).exists()
    ends_well()


@pytest.mark.fault(28)
def test_a_node_that_is_twenty_blocks_behind_makes_nothing_false(world, ends_well):
    world.accept_some()
    world.beats(2)
    world.mine(20)
    world.accept_calls(2)
    world.node.view.behind = 20
    before = Batch.objects.filter(status=BatchStatus.FINAL).count()

    world.beats(3)

    assert Batch.objects.filter(status=BatchStatus.FINAL).count() >= before
    assert not Batch.objects.filter(status=BatchStatus.DEAD).exists()
    ends_well()


def test_every_request_may_fail_once_in_a_while(world, ends_well):
    world.accept_some()
    world.node.tell(
        lies.unreachable(chance=0.1),
        lies.accepted_then_cut(lies.SEND, chance=0.1),
        lies.silently_dropped(chance=0.1),
        lies.refused_after_accepting("already known", chance=0.1),
        lies.nothing_known(chance=0.1),
    )

    world.beats(8)

    ends_well()
