"""Two nodes, of which one is dead, drops, lies or shows another chain (faults 9, 10, 12 and 28)."""

from collections.abc import Iterator

import pytest

from contracts.client import Chain
from settlement.models import Batch, BatchStatus, Signer
from settlement.services import pumping
from settlement.services.signers import LEASE_S
from tests.faults.support import lies
from tests.faults.support.proxy import FaultyNode, hashes

# Nothing listens there.
DEAD = "http://127.0.0.1:9"
BEATS = 12


@pytest.fixture(autouse=True)
def _usual_base_fee(world) -> None:
    """Undo what anvil keeps beyond a snapshot: the base fee that an earlier test has set."""
    latest = world.real.rpc.request("eth_getBlockByNumber", "latest", False)
    world.real.rpc.request("anvil_setNextBlockBaseFeePerGas", latest["baseFeePerGas"])


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


def let_it_mine(world, keys):
    """Let the engine run until these are mined; a slow machine may lose a lease on the way."""
    wanted = Batch.objects.filter(client_key__in=keys, block_number__isnull=True)
    for _ in range(BEATS):
        world.pump()
        world.mine()
        world.confirm()
        if not wanted.exists():
            return
        world.let_pass(LEASE_S)
    raise AssertionError(world.told_state())


def sent(keys):
    return Batch.objects.filter(client_key__in=keys).values_list("tx_hash", flat=True)


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

    world.beats(8)

    assert second.submitted
    taken = hashes(second.submitted)
    done = Batch.objects.filter(tx_hash__in=taken, status=BatchStatus.FINAL)
    assert done.exists(), world.told_state()
    assert sent_once(Batch.objects.all(), [world.node, second])
    ends_well()


def test_what_one_node_refuses_the_other_takes_at_once(world, second, ends_well):
    keys = world.accept_calls(3, lane=world.lanes[0])
    words = world.one_of(["nonce too low", "txpool is full", "nonce too high", "unauthorized"])
    world.node.tell(lies.refused(words, code=world.one_of([-32_000, -32_603])))

    let_it_mine(world, keys)

    assert set(hashes(second.submitted)) >= set(sent(keys))
    assert not Signer.objects.exclude(paused="").exists()
    ends_well()


def test_what_one_node_only_says_that_it_took_goes_to_all_when_it_is_stuck(
    world, second, ends_well
):
    keys = world.accept_calls(3, lane=world.lanes[0])
    world.node.tell(lies.silently_dropped())
    while not world.node.submitted:
        world.beat()
        world.let_pass(LEASE_S)

    world.let_pass(pumping.RESEND_AFTER_S + 1)
    let_it_mine(world, keys)

    assert set(hashes(second.submitted)) == set(sent(keys))
    ends_well()


def test_nothing_is_final_or_given_back_while_two_nodes_show_different_chains(
    world, second, ends_well
):
    keys = world.accept_calls(3, lane=world.lanes[0])
    let_it_mine(world, keys)
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
