"""Two nodes, of which one is dead, drops, lies or shows another chain (faults 9, 10, 12 and 28)."""

from collections.abc import Iterator

import pytest

from contracts.client import Chain
from settlement.models import Batch, BatchStatus, Signer
from settlement.services import pumping
from tests.faults.support import lies
from tests.faults.support.proxy import FaultyNode, hashes

# Nothing listens there.
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def second(faults_chain: str, world) -> Iterator[FaultyNode]:
    """Another honest way to the chain; the engine is given both, the faulty one first."""
    node = FaultyNode(faults_chain)
    node.start()
    use(world, world.node.url, node.url)
    yield node
    node.stop()


def use(world, *urls):
    vars(world)["chain"] = Chain(",".join(urls), world.real.deployment)


def sent_once(batches, nodes):
    """Tell whether nothing but the stored transactions was ever handed to a node."""
    submitted = {each for node in nodes for each in hashes(node.submitted)}
    known = {each for b in batches for each in (b.tx_hash, *b.replaced_hashes)}
    return submitted <= known


def test_a_dead_node_costs_nothing_but_a_moment(world, ends_well):
    use(world, DEAD, world.node.url)
    world.accept_some()

    world.beats(3)

    assert Batch.objects.filter(status=BatchStatus.FINAL).exists()
    ends_well()


def test_a_node_that_dies_under_way_is_left_for_the_other(world, second, ends_well):
    world.accept_some()
    world.beat()
    world.node.tell(lies.unreachable())
    world.mine()
    world.accept_calls(1)

    world.beats(5)

    assert second.submitted
    taken = hashes(second.submitted)
    assert Batch.objects.filter(tx_hash__in=taken, status=BatchStatus.FINAL).exists()
    assert sent_once(Batch.objects.all(), [world.node, second])
    ends_well()


def test_what_one_node_refuses_the_other_takes_at_once(world, second, ends_well):
    keys = world.accept_calls(3, lane=world.lanes[0])
    words = world.one_of(["nonce too low", "txpool is full", "nonce too high", "unauthorized"])
    world.node.tell(lies.refused(words, code=world.one_of([-32_000, -32_603])))

    world.beat()
    world.mine()
    world.confirm()

    assert len(second.submitted) == 3
    assert Batch.objects.filter(client_key__in=keys, block_number__isnull=False).count() == 3
    assert not Signer.objects.exclude(paused="").exists()
    ends_well()


def test_what_one_node_only_says_that_it_took_goes_to_all_when_it_is_stuck(
    world, second, ends_well
):
    keys = world.accept_calls(3, lane=world.lanes[0])
    world.node.tell(lies.silently_dropped())
    world.beat()
    assert not second.submitted

    world.let_pass(pumping.RESEND_AFTER_S + 1)
    world.beat()
    world.mine()
    world.confirm()

    assert Batch.objects.filter(client_key__in=keys, block_number__isnull=False).count() == 3
    assert set(hashes(second.submitted)) == set(hashes(world.node.submitted))
    ends_well()


def test_nothing_is_final_or_given_back_while_two_nodes_show_different_chains(
    world, second, ends_well
):
    keys = world.accept_calls(3, lane=world.lanes[0])
    world.beat()
    world.mine()
    world.confirm()
    mined = Batch.objects.filter(client_key__in=keys)
    world.node.view.fork_at = min(mined.values_list("block_number", flat=True))

    for _ in range(3):
        world.mine()
        world.confirm()

    assert set(mined.values_list("status", flat=True)) == {BatchStatus.MINED}
    world.node.be_honest()
    world.confirm()
    assert set(mined.values_list("status", flat=True)) == {BatchStatus.FINAL}
    ends_well()
