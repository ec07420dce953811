"""The chain replaces blocks, or nodes show different ones (faults 19, 28 and 31)."""

import pytest

from contracts.client import Chain
from settlement import services
from settlement.errors import LogsMissing, NodesDisagree
from settlement.models import Batch, BatchStatus, EventLog, Incident, IncidentKind
from tests.blocks import change_maker
from tests.faults.support import lies

CONFIRMATIONS = 3


@pytest.fixture
def reorganise(settings, world, baseline):
    """Replace the newest blocks; transactions that are not moved into new ones are gone.

    Blocks count as final when three more stand on them, and enough are there to lose some: anvil
    cannot go back to a snapshot that a reorganisation has cut off.
    """

    def replace(depth, moved=()):
        change_maker(baseline.rpc_url)
        world.real.rpc.request("anvil_reorg", depth, [list(pair) for pair in moved])
        # anvil keeps ten states whole; going back to an older one it forgets the contracts.
        assert world.real.code(world.real.address("LoanBook"))

    settings.CHAIN_CONFIRMATIONS = CONFIRMATIONS
    world.mine(2 * CONFIRMATIONS + 2)
    return replace


def submitted_raw(world):
    raws = {transaction.hash: transaction.raw for transaction in world.node.submitted}
    return list(raws.values())


@pytest.mark.fault(19)
def test_a_reorganisation_above_the_final_block_is_healed_without_a_word(
    world, ends_well, reorganise
):
    depth = world.one_of([CONFIRMATIONS, 1, CONFIRMATIONS - 1])
    world.accept_some()
    world.beats(2)
    world.mine(depth - 1)

    reorganise(depth)
    world.beats(2)

    ends_well()
    assert not Incident.objects.exists()


@pytest.mark.fault(19)
def test_transactions_may_move_to_other_blocks_and_change_places(world, ends_well, reorganise):
    world.accept_some()
    world.beats(1)
    raws = submitted_raw(world)
    world.mine(1)
    world.confirm()
    world.rng.shuffle(raws)

    reorganise(2, [(raw, world.rng.randrange(2)) for raw in _in_nonce_order(world, raws)])
    world.beats(1)

    ends_well()
    assert not Incident.objects.exists()


def _in_nonce_order(world, raws):
    """Keys in the order of a shuffle, each key's transactions in that of their nonces."""
    order = {transaction.raw: transaction for transaction in world.node.submitted}
    senders = list(dict.fromkeys(order[raw].sender for raw in raws))
    return sorted(raws, key=lambda raw: (senders.index(order[raw].sender), order[raw].nonce))


@pytest.mark.fault(19)
def test_a_deeper_one_is_an_incident_and_nothing_stops(world, ends_well, reorganise):
    extra = world.one_of([1, 4])
    world.accept_some()
    world.drain()
    depth = CONFIRMATIONS + extra
    final_before = Batch.objects.filter(status=BatchStatus.FINAL).count()

    reorganise(depth)
    world.beats(1)

    incident = Incident.objects.get()
    assert incident.kind == IncidentKind.DEEP_REORGANISATION
    assert "in flight again" in incident.sentence
    assert Batch.objects.filter(status=BatchStatus.FINAL).count() <= final_before
    ends_well()
    orphaned = EventLog.objects.filter(orphaned=True).values_list("block_hash", flat=True)
    assert all(world.real.rpc.request("eth_getBlockByHash", one, False) is None for one in orphaned)


@pytest.mark.fault(19)
def test_a_batch_that_was_taken_back_is_sent_again_with_the_same_bytes(
    world, ends_well, reorganise
):
    world.accept_some()
    world.drain()
    before = dict(Batch.objects.values_list("pk", "tx_hash"))

    reorganise(CONFIRMATIONS + 3)

    ends_well()
    assert dict(Batch.objects.values_list("pk", "tx_hash")) == before


@pytest.mark.fault(31)
def test_a_log_that_is_left_out_is_a_proven_gap_and_is_read_again(world, ends_well):
    world.accept_some()
    world.beat()
    world.mine(2)
    world.node.tell(lies.logs_missing(times=2))

    with pytest.raises(LogsMissing):
        services.read_chain(chain=world.chain, confirmations=1)

    ends_well()


@pytest.mark.fault(28)
def test_a_node_on_a_fork_makes_nothing_final_while_a_witness_disagrees(world, ends_well):
    world.accept_some()
    world.beat()
    world.node.view.fork_at = world.real.head().number + 1
    world.mine(3)
    before = Batch.objects.filter(status=BatchStatus.FINAL).count()

    with pytest.raises(NodesDisagree):
        services.read_chain(chain=world.chain, confirmations=1, witnesses=[world.real])

    assert Batch.objects.filter(status=BatchStatus.FINAL).count() == before
    world.node.view.fork_at = None
    ends_well()


@pytest.mark.fault(28)
def test_a_witness_that_is_behind_only_delays(world, ends_well):
    world.accept_some()
    world.beat()
    world.mine(3)
    behind = Chain(world.node.url, world.real.deployment)
    world.node.view.behind = 20

    with pytest.raises(NodesDisagree):
        services.read_chain(chain=world.real, confirmations=1, witnesses=[behind])

    ends_well()


@pytest.mark.fault(28)
def test_after_a_fork_was_believed_alone_the_true_chain_is_read(world, ends_well):
    world.accept_some()
    world.beat()
    world.node.view.fork_at = world.real.head().number + 1
    world.mine(3)
    world.beats(1)

    world.node.be_honest()
    world.beats(2)

    assert Incident.objects.filter(kind=IncidentKind.DEEP_REORGANISATION).exists()
    ends_well()
