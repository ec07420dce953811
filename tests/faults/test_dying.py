"""A process may die at every edge between two states (faults 1 to 6 and 30)."""

import itertools
import threading

import pytest
from django.db import connection
from django.db.models.functions import Now

from settlement import services
from settlement.errors import LeaseLost
from settlement.models import Batch, BatchStatus, Signer
from settlement.services import signers
from tests.faults.support.proxy import hashes

EDGES = (
    "claim.storing",
    "claim.stored",
    "broadcast.sent",
    "broadcast.stored",
)
AFTERWARDS = ("confirm.storing", "confirm.stored", "read.storing", "read.stored")
LEASE_PASSED_S = signers.LEASE_S + 1


@pytest.mark.fault(1, 2, 3)
def test_killed_at_any_edge_of_sending_nothing_is_lost_or_doubled(world, ends_well):
    world.accept_some()

    world.die_at(f"{world.one_of(EDGES)}:{world.rng.randint(1, 2)}")

    world.let_pass(LEASE_PASSED_S)
    ends_well()


def test_killed_at_any_edge_of_reading_nothing_is_lost_or_doubled(world, ends_well):
    world.accept_some()
    world.beat()
    world.mine(2)

    world.die_at(world.one_of(AFTERWARDS))

    world.let_pass(LEASE_PASSED_S)
    ends_well()


@pytest.mark.fault(1)
def test_killed_between_signature_and_storing_the_nonces_are_as_if_never_given(world, ends_well):
    world.accept_calls(3, lane=world.lanes[0])
    world.die_at("claim.storing")
    asked = Batch.objects.filter(lane=world.lanes[0], kind="test")
    assert set(asked.values_list("nonce", "signature", "status")) == {
        (None, None, BatchStatus.PLANNED)
    }
    assert world.node.submitted == []

    world.let_pass(LEASE_PASSED_S)
    ends_well()

    nonces = sorted(asked.values_list("nonce", flat=True))
    assert nonces == list(range(nonces[0], nonces[0] + 3))


@pytest.mark.fault(2)
def test_killed_between_storing_and_broadcast_identical_bytes_are_sent(world, ends_well):
    world.accept_calls(3, lane=world.lanes[0])
    world.die_at("claim.stored")
    stored = set(Batch.objects.filter(status=BatchStatus.SIGNED).values_list("tx_hash", flat=True))
    assert stored and world.node.submitted == []

    world.let_pass(LEASE_PASSED_S)
    ends_well()

    assert stored <= set(hashes(world.node.submitted))


@pytest.mark.fault(3)
def test_killed_after_broadcast_the_transaction_is_adopted_by_its_hash(world, ends_well):
    world.accept_calls(3, lane=world.lanes[0])
    world.die_at("broadcast.sent")
    sent = hashes(world.node.submitted)
    assert sent and Batch.objects.filter(status=BatchStatus.SIGNED).count() == len(sent)

    world.mine()
    world.let_pass(LEASE_PASSED_S)
    ends_well()

    assert set(hashes(world.node.submitted)) == set(sent)
    assert Batch.objects.filter(tx_hash__in=sent, status=BatchStatus.FINAL).count() == len(sent)


def test_killed_while_replacing_either_hash_may_win(world, ends_well):
    world.accept_calls(2, lane=world.lanes[0])
    world.beat()
    world.let_pass(90)

    world.die_at("replace.stored")

    world.let_pass(LEASE_PASSED_S)
    ends_well()


@pytest.mark.fault(4)
def test_one_message_delivered_to_two_workers_at_once_has_one_claim(world, ends_well):
    world.accept_calls(6, lane=world.lanes[0])
    signer_id = Signer.objects.get(lane=world.lanes[0]).pk
    start, sent = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        sent.append(services.pump_signer(signer_id=signer_id, chain=world.chain))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(sent) == 6
    assert len(set(hashes(world.node.submitted))) == 6
    ends_well()


@pytest.mark.fault(5)
def test_a_worker_that_was_taken_for_dead_can_write_nothing_any_more(world, ends_well):
    world.accept_calls(3, lane=world.lanes[0])
    signer_id = Signer.objects.get(lane=world.lanes[0]).pk
    with signers.lease(signer_id) as slow:
        Signer.objects.filter(pk=signer_id).update(lease_until=Now())
        services.pump_signer(signer_id=signer_id, chain=world.chain)

        with pytest.raises(LeaseLost):
            signers.renew(slow)

    ends_well()
    assert len(set(hashes(world.node.submitted))) == 3


@pytest.mark.fault(6)
def test_a_message_that_is_three_days_old_broadcasts_nothing(world, ends_well):
    world.accept_calls(2, lane=world.lanes[0])
    signer_id = Signer.objects.get(lane=world.lanes[0]).pk
    world.drain()
    before = len(world.node.submitted)
    world.let_pass(3 * 86_400)

    services.pump_signer(signer_id=signer_id, chain=world.chain)

    assert len(world.node.submitted) == before
    ends_well()


def test_processes_that_die_again_and_again_make_progress_all_the_same(world, ends_well):
    world.accept_some()
    edges = itertools.cycle(world.rng.sample(EDGES[1:], k=3))

    for edge in itertools.islice(edges, 3):
        world.accept_calls(1)
        # What is new may wait for what another key has on its way: that ends within two blocks.
        world.die_at(edge, lambda: world.beats(3))
        world.let_pass(LEASE_PASSED_S)
        world.mine()

    ends_well()
