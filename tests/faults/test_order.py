"""Order on the chain is a linear extension of the graph of what was accepted."""

import pytest

from contracts.domain.words import striped
from contracts.wallet import development_wallet
from lending.models import Loan
from lending.selectors import wallet_call
from lending.selectors.wallets import ACTIONS
from settlement import services
from settlement.calldata import operations_of
from settlement.domain.access import Declared
from settlement.domain.kinds import word_access
from settlement.domain.planner import Task, dependencies
from settlement.models import Batch, Operation
from settlement.services import batching
from settlement.services.planning import access_of
from tests.chain.lending.market import MNEMONIC, USD
from tests.faults.support.world import COIN, SMALLEST


@pytest.fixture
def accepted(world):
    """All that was accepted, in its order: operations, and calls on the same loans and lanes."""
    loans = list(Loan.objects.order_by("pk"))
    order, with_income = [], {loan.pk for loan in loans}
    bring_income(world, loans)
    for _ in range(3):
        for loan in world.rng.choices(loans, k=6):
            if loan.pk in with_income and world.rng.random() < 0.5:
                with_income.remove(loan.pk)
                order.append(accept_call(loan, len(order)))
            else:
                order.append(world.accept_collect(loan, SMALLEST))
        world.beats(1)
    return order


def bring_income(world, loans):
    """Let income wait for every loan; it is not the first, which makes the address a contract."""
    payer, coin = development_wallet(MNEMONIC, "owner").address, world.real.address(COIN)
    for loan in loans:
        income = world.real.call("LoanBook", "incomeAddressOf", loan.pk)
        transfer = world.real.encode(COIN, "transfer", income, USD)
        sweep = wallet_call("sweep", loan_id=loan.pk)
        world.send_as(payer, coin, transfer)
        world.send_as(payer, sweep.to, sweep.data)
        world.send_as(payer, coin, transfer)
    world.mine()


def accept_call(loan, number):
    """Ask for a transaction of its own on the loan, which anybody may send."""
    contract, function, args = ACTIONS["sweep"](loan_id=loan.pk)
    key = f"{function} {number}"
    services.submit_call(
        client_key=key,
        kind="test",
        contract=contract,
        function=function,
        args=args,
        lane=loan.lane_id,
    )
    return key


def places(world):
    """Return where on the chain each key stands: block, transaction, place in the batch."""
    found = {}
    names = {row.pk: row.client_key for row in Operation.objects.all()}
    for batch in Batch.objects.filter(block_number__gte=world.first_block):
        receipt = world.real.rpc.request("eth_getTransactionReceipt", batch.tx_hash)
        at = int(receipt["blockNumber"], 16), int(receipt["transactionIndex"], 16)
        found[batch.client_key] = (*at, 0)
        if batch.kind == batching.SETTLE:
            for position, each in enumerate(operations_of(batch)):
                found[names[striped(batch.lane, each.number)]] = (*at, position)
    return found


def turned_round(accepted, placed):
    """Return the pairs that must keep their order and do not.

    A lane's sums stand aside: what operations add to them comes out the same in any order, and
    its transactions are all one key's.
    """
    loans = dict(Operation.objects.values_list("client_key", "loan_id"))
    rows = {row.client_key: row for row in Batch.objects.filter(client_key__in=accepted)}
    accesses = [
        word_access(loan_id=loans[key]) if key in loans else access_of(rows[key])
        for key in accepted
    ]
    graph = dependencies([Task(without_lanes(access), 1) for access in accesses])
    return [
        (accepted[earlier], accepted[later])
        for later, before in enumerate(graph.follows)
        for earlier in before
        if placed[accepted[earlier]] > placed[accepted[later]]
    ]


def without_lanes(access):
    sets = (access.reads, access.writes, access.adds)
    return Declared(*(frozenset(key for key in keys if key[0] != "lane") for keys in sets))


def test_what_must_keep_its_order_keeps_it_on_the_chain(world, accepted, ends_well):
    world.drain()

    assert turned_round(accepted, places(world)) == []
    ends_well()


def test_two_that_change_places_are_noticed(world, accepted, ends_well):
    world.drain()
    placed = places(world)
    first, last = min(placed.values()), max(placed.values())

    placed |= {accepted[0]: last, accepted[-1]: first}

    assert turned_round(accepted, placed)
    ends_well()
