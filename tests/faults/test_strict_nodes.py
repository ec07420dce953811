"""Nodes that take nothing ahead of its turn, ask for a reserve, or have little room."""

import pytest

from settlement.domain.profiles import ETHER_WEI, PROFILES
from settlement.models import IN_FLIGHT, Batch, BatchStatus, Incident, Signer
from settlement.services import batching
from settlement.services.repairing import NOOP
from tests.faults.support import lies

MANY = 20
ROOM = 4


def key_of(world):
    """The signer of the first lane."""
    return Signer.objects.get(lane=world.lanes[0], retired_at__isnull=True)


def fill(world, signer, wei):
    world.real.rpc.request("anvil_setBalance", signer.address, hex(wei))


def in_flight(signer):
    return signer.batches.filter(status__in=IN_FLIGHT).count()


@pytest.mark.fault(13)
def test_a_node_that_takes_none_ahead_of_its_turn_gets_all_in_any_order(world, ends_well):
    world.node.rules.in_order = world.node.shuffles = True
    world.accept_calls(MANY, lane=world.lanes[0])
    signer = key_of(world)
    first = used = world.real.transaction_count(signer.address, "latest")

    while used < first + MANY:
        before = used
        world.pump()
        world.mine()
        world.confirm()
        world.let_pass(7)
        used = world.real.transaction_count(signer.address, "latest")
        assert used > before, "a block without the one whose turn it was"

    assert not Batch.objects.filter(kind=NOOP).exists()
    assert not Incident.objects.exists()
    ends_well()


@pytest.mark.fault(25)
def test_a_key_that_runs_dry_with_much_on_its_way_goes_on_when_filled(world, ends_well):
    world.accept_calls(5, lane=world.lanes[0])
    world.accept_collects(6)
    world.beat()
    signer = key_of(world)
    sent = dict(signer.batches.filter(status__in=IN_FLIGHT).values_list("pk", "nonce"))

    fill(world, signer, 0)
    world.accept_calls(2, lane=world.lanes[0])
    world.beats(4)

    dry = Batch.objects.filter(pk__in=sent)
    assert not dry.filter(status=BatchStatus.FINAL).exists()
    others = Batch.objects.filter(kind=batching.SETTLE).exclude(signer=signer)
    assert set(others.values_list("status", flat=True)) == {BatchStatus.FINAL}
    fill(world, signer, 100 * ETHER_WEI)
    ends_well()
    assert dict(dry.values_list("pk", "nonce")) == sent


@pytest.mark.fault(25)
def test_below_the_reserve_a_key_sends_one_at_a_time_and_above_it_many(world, ends_well, settings):
    settings.CHAIN_PROFILE = "monad"
    reserve_wei = PROFILES["monad"].reserve_balance_wei
    world.node.rules.reserve_wei = reserve_wei
    signer = key_of(world)
    fill(world, signer, reserve_wei - 1)
    world.accept_calls(4, lane=world.lanes[0])

    world.beat()
    below = in_flight(signer)
    fill(world, signer, 2 * reserve_wei)
    world.beat()

    assert (below, in_flight(signer)) == (1, 4)
    assert not signer.batches.filter(error__contains="reserve").exists()
    ends_well()


@pytest.mark.fault(29)
def test_a_full_pool_and_bursts_of_429_hold_back_what_waits(world, ends_well, settings):
    settings.CHAIN_PROFILE = "ethereum"
    most = PROFILES["ethereum"].in_flight
    world.node.rules.room = ROOM
    world.accept_calls(2 * most, lane=world.lanes[0])
    world.node.tell(lies.too_many_requests(chance=0.3, times=15))
    signer = key_of(world)

    for beat in range(1, 5):
        world.beats(1)

        assert in_flight(signer) <= most
        assert len(world.node.submitted) <= beat * most

    waiting = signer.batches.filter(status=BatchStatus.PLANNED, nonce=None)
    assert waiting.count() >= most - 4 * ROOM
    ends_well()
    assert 0 < world.node.rules.most_pending <= ROOM
