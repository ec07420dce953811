"""The engine's batches over all lanes against one operation after the other: equal storage."""

import gzip
import json
import random
from collections.abc import Iterator

import pytest

from benchmarks.node import own_chain
from benchmarks.settling.world import AMOUNT, LANES, World, build
from contracts.client import Chain
from contracts.domain.words import Kind, encode_word, striped, unstriped
from settlement import services
from settlement.calldata import operations_of
from settlement.models import Batch, BatchStatus, Operation
from settlement.services import NewOperation
from tests.blocks import change_maker

pytestmark = pytest.mark.django_db(transaction=True)
LOANS_PER_LANE = 3
OPERATIONS = 160
SEED = 3


@pytest.fixture
def world(settings, monkeypatch) -> Iterator[World]:
    monkeypatch.setattr("settlement.doorbell.Ring.__call__", lambda ring: None)
    with own_chain() as url:
        settings.RPC_URL = url
        made = build(LOANS_PER_LANE)
        made.chain.rpc.request("evm_setAutomine", False)
        yield made


def workload(world: World):
    """Collections on few loans, half of them on hot ones, some beyond what is there."""
    rng = random.Random(SEED)
    for index in range(OPERATIONS):
        lane, hot = rng.randrange(LANES), rng.random() < 0.5
        loan = world.loan_number(lane, 0 if hot else rng.randrange(LOANS_PER_LANE))
        amount = AMOUNT * rng.choice([1, 2, 7, 10_000])
        yield NewOperation(
            client_key=f"{index}", kind=Kind.COLLECT, loan_id=striped(lane, loan), amount=amount
        )


def mine_at(chain: Chain, moment: int) -> None:
    chain.rpc.request("evm_setNextBlockTimestamp", hex(moment))
    chain.rpc.request("evm_mine")


def settle_by_engine(chain: Chain, moment: int) -> None:
    for signer_id in services.signers_with_work():
        services.pump_signer(signer_id=signer_id, chain=chain)
    mine_at(chain, moment)
    chain.rpc.request("evm_mine")
    services.confirm_batches(chain=chain)


def settle_one_by_one(world: World, moment: int) -> None:
    """Send each operation alone, in the order of arrival, all in one block of the same time."""
    for each in Operation.objects.order_by("accepted_at", "pk"):
        lane, loan = unstriped(each.loan_id)
        word = encode_word(each.kind, each.number, loan, each.amount)
        data = world.chain.encode("LoanBook", "settle", lane, [word])
        world.chain.rpc.request(
            "eth_sendTransaction",
            {
                "from": world.market.relayers[lane],
                "to": world.chain.address("LoanBook"),
                "data": "0x" + data.hex(),
                "gas": hex(500_000),
            },
        )
    mine_at(world.chain, moment)
    world.chain.rpc.request("evm_mine")


def storage(world: World) -> dict[tuple[str, str], str]:
    """Return every slot of every contract of ours that is not zero."""
    dumped = world.chain.rpc.request("anvil_dumpState")
    accounts = json.loads(gzip.decompress(bytes.fromhex(dumped[2:])))["accounts"]
    ours = {address.lower() for address in world.market.deployment.addresses.values()}
    ours |= {address.lower() for address in world.market.deployment.lanes}
    return {
        (address, slot): value
        for address, account in accounts.items()
        if address.lower() in ours
        for slot, value in account["storage"].items()
        if int(value, 16)
    }


def lanes(world: World) -> list[dict]:
    """Return the lanes' sums; how many events a lane has had depends on how many batches."""
    found = world.chain.calls([("LoanBook", "laneOf", (lane,)) for lane in range(LANES)])
    return [{name: value for name, value in one.items() if name != "sequence"} for one in found]


def test_batches_over_all_lanes_end_in_the_storage_of_one_operation_after_the_other(world):
    services.intake(operations=workload(world))
    before = world.chain.rpc.request("evm_snapshot")
    moment = world.chain.head().timestamp + 1_000
    settle_by_engine(world.chain, moment)
    batched, batched_lanes = storage(world), lanes(world)
    assert set(Batch.objects.values_list("status", flat=True)) == {BatchStatus.FINAL}
    world.chain.rpc.request("evm_revert", before)
    change_maker(world.chain.rpc.url)
    world.chain.rpc.request("evm_setAutomine", False)

    settle_one_by_one(world, moment)

    alone = storage(world)
    differing = {key for key in batched.keys() | alone.keys() if batched.get(key) != alone.get(key)}
    book = world.chain.address("LoanBook").lower()
    # One slot of a lane holds its sequence, the number of its events so far.
    assert {address.lower() for address, _ in differing} <= {book}
    assert len(differing) <= LANES
    assert lanes(world) == batched_lanes
    assert len(batched) > LANES * LOANS_PER_LANE


def test_the_order_on_the_chain_keeps_the_order_of_arrival_of_each_loan(world):
    services.intake(operations=workload(world))

    settle_by_engine(world.chain, world.chain.head().timestamp + 1_000)

    places = {}
    for batch in Batch.objects.all():
        receipt = world.chain.rpc.request("eth_getTransactionReceipt", batch.tx_hash)
        index = int(receipt["blockNumber"], 16), int(receipt["transactionIndex"], 16)
        for position, each in enumerate(operations_of(batch)):
            places[striped(batch.lane, each.number)] = (*index, position)
    assert len(places) == OPERATIONS
    for loan_id in set(Operation.objects.values_list("loan_id", flat=True)):
        arrived = Operation.objects.filter(loan_id=loan_id).order_by("pk")
        mined = [places[each.pk] for each in arrived]
        assert mined == sorted(mined)
