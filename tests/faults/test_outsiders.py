"""What others do between our check and the block, and one batch sent by two keys."""

import json

import pytest
from eth_account import Account

from contracts.wallet import development_wallet
from lending.models import Loan
from lending.selectors import wallet_call
from settlement.domain.access import declared
from settlement.domain.kinds import CALLS, TERMS
from settlement.models import Batch, BatchStatus, Signer
from settlement.services import batching, rotating
from settlement.wallets import key_at
from tests.chain.lending.market import ETHER, MNEMONIC, USD
from tests.faults.support import lies
from tests.faults.support.invariant import assert_holds, operation_results
from tests.faults.support.world import COIN, HOLDER, SMALLEST

COLLECTIONS = 200
# What a batch costs that is skipped: its calldata, and a look at its bits.
SKIPPED_GAS, SKIPPED_WORD_GAS = 40_000, 2_000


def two_loans(world):
    """Two loans of the first lane."""
    return Loan.objects.filter(lane=world.lanes[0]).order_by("pk")[:2]


def borrower():
    return development_wallet(MNEMONIC, "owner").address


@pytest.mark.fault(23)
def test_what_its_borrower_withdrew_meanwhile_is_missing_for_that_operation_alone(world, ends_well):
    emptied, other = two_loans(world)
    call = wallet_call("withdraw_prefunded", loan_id=emptied.pk, amount=emptied.prefunded)
    late = world.accept_collect(emptied, SMALLEST)
    neighbour = world.accept_collect(other, SMALLEST)
    quicker = lies.meanwhile(lambda: world.send_as(borrower(), call.to, call.data), times=1)
    world.node.tell(quicker)

    world.beats(3)

    ends_well()
    results = operation_results(world)
    assert (results[late], results[neighbour]) == ("failed", "applied")


@pytest.mark.fault(23)
def test_a_call_that_passed_its_simulation_and_is_refused_in_the_block_is_recorded(
    world, ends_well
):
    lane = world.lanes[0]
    signer = Signer.objects.get(lane=lane, retired_at__isnull=True)

    def allow(amount):
        data = world.real.encode(COIN, "approve", signer.address, amount)
        world.send_as(borrower(), world.real.address(COIN), data)

    allow(USD)
    world.mine()
    doomed = world.accept_doomed_call(lane, "transferFrom", borrower(), HOLDER, USD)
    world.accept_calls(3, lane=lane)
    world.node.tell(lies.meanwhile(lambda: allow(0), times=1))

    world.beats(3)

    ends_well()
    batch = Batch.objects.get(client_key=doomed)
    assert (batch.status, batch.simulated) == (BatchStatus.REVERTED, True)
    assert "ERC20InsufficientAllowance" in batch.error


@pytest.mark.fault(24)
@pytest.mark.parametrize("lying", [True, False])
def test_a_kind_that_declares_too_little_is_given_away_by_its_trace(world, monkeypatch, lying):
    if lying:
        monkeypatch.setitem(CALLS, (COIN, "mint"), lambda call: declared(reads=[TERMS]))
    world.accept_calls(2, lane=world.lanes[0])
    world.accept_calls(2, lane=world.lanes[1])

    world.drain()
    world.trace()

    assert_holds(world)
    assert bool(world.undeclared()) == lying


@pytest.fixture
def another_key(world, tmp_path, monkeypatch):
    """Where a second key of the first lane is, which governance lets settle there."""
    monkeypatch.setenv("KEYSTORE_PASSWORD", "secret")
    path = tmp_path / "key.json"
    path.write_text(json.dumps(Account.encrypt(b"\x44" * 32, "secret", iterations=2)))
    source = f"keystore:{path}"
    address = key_at(source).address
    world.real.rpc.request("anvil_setBalance", address, hex(100 * ETHER))
    data = world.real.encode("LoanBook", "setRelayer", world.lanes[0], address, True)
    timelock = world.real.address("BallastTimelock")
    world.send_as(timelock, world.real.address("LoanBook"), data)
    world.mine()
    return source


@pytest.mark.fault(26)
def test_a_batch_that_a_second_key_sends_while_the_firsts_is_pending_applies_once(
    world, ends_well, another_key
):
    world.accept_collects(2 * COLLECTIONS)
    world.beat()
    first = Batch.objects.filter(kind=batching.SETTLE, lane=world.lanes[0]).latest("pk")
    new = rotating.rotate(signer=first.signer, source=another_key, chain=world.real)
    twin = batching.again(first, key="failover")
    twin.signer = new
    twin.save()
    if world.one_of([True, False]):
        world.real.rpc.request("anvil_dropTransaction", first.tx_hash)
    world.beat()

    ends_well()

    # Skipping takes more than the model gives to collections: what runs short is sent once more.
    sent = Batch.objects.filter(
        first_number=first.first_number, lane=first.lane, kind=batching.SETTLE
    )
    ahead, behind = sent.exclude(status=BatchStatus.REVERTED).order_by("-applied")
    assert (ahead.applied, ahead.skipped) == (first.count, 0)
    assert (behind.applied, behind.failed, behind.skipped) == (0, 0, first.count)
    assert behind.gas_used <= SKIPPED_GAS + SKIPPED_WORD_GAS * first.count
