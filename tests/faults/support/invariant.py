"""What holds after every fault, checked on the node itself and to the last unit."""

from collections import Counter

from contracts import events
from contracts.abi import decode_arguments
from contracts.domain.words import Result, decode_operations, decode_results, striped
from lending.services import reconcile
from settlement.domain.outcomes import OperationStatus
from settlement.models import Batch, BatchStatus, EventLog, Operation, Signer
from settlement.selectors import operation_statuses
from tests.faults.support.world import COIN, HOLDER, World

_STATUS = {Result.APPLIED: OperationStatus.APPLIED, Result.FAILED: OperationStatus.FAILED}
RECORDED_FAILURES = (BatchStatus.DEAD, BatchStatus.REVERTED)


def assert_holds(world: World) -> None:
    """Every accepted operation has one effect or one recorded failure; no hole; all drained."""
    logs = world.real.logs(
        world.first_block, world.real.head().number, list(world.real.deployment.addresses.values())
    )
    happened = events.decode_all(logs, world.real.deployment)
    _calls_happened_once(world, happened)
    _operations_happened_once(world, happened)
    _nonces_have_no_hole(world)
    assert world.is_at_rest(), world.told_state()
    _events_are_stored_as_emitted(happened)
    assert reconcile(chain=world.real).differences == []


def _calls_happened_once(world: World, happened: list) -> None:
    minted = Counter(
        event.args["value"]
        for event in happened
        if (event.contract, event.name) == (COIN, "Transfer") and event.args["to"] == HOLDER
    )
    for key, amount in world.calls.items():
        last = _last_attempt(key)
        expected = 1 if last.status == BatchStatus.FINAL else 0
        assert minted.pop(amount, 0) == expected, f"{key} is {last.status}"
        assert expected or (last.status in RECORDED_FAILURES and last.error), key
    assert not minted, f"minted without having been asked for: {minted}"
    for key in world.doomed_calls:
        last = _last_attempt(key)
        assert last.status in RECORDED_FAILURES and last.error, key


def _last_attempt(key: str) -> Batch:
    attempts = Batch.objects.filter(client_key=key) | Batch.objects.filter(
        client_key__startswith=f"{key}#"
    )
    return attempts.order_by("-pk")[0]


def _operations_happened_once(world: World, happened: list) -> None:
    effects: Counter[int] = Counter()
    for event in happened:
        if (event.contract, event.name) == ("LoanBook", "BatchSettled"):
            effects.update(_effective(world, event))
    rows = list(Operation.objects.filter(client_key__in=world.operations))
    assert len(rows) == len(world.operations)
    assert effects == Counter(striped(row.lane, row.number) for row in rows)
    statuses = operation_statuses(rows)
    asked = [("LoanBook", "resultOf", (striped(row.lane, row.number),)) for row in rows]
    for row, on_chain in zip(rows, world.real.calls(asked), strict=True):
        assert statuses[row.pk] == _STATUS[on_chain], row.client_key


def _effective(world: World, event: events.Event) -> list[int]:
    """Return the ids of the operations on which a batch had an effect."""
    (data,) = world.real.inputs_of([event.tx_hash])
    words = decode_operations(decode_arguments("LoanBook", "settle", data)["words"])
    results = decode_results(bytes.fromhex(event.args["results"][2:]), len(words))
    return [
        striped(event.args["lane"], word.number)
        for word, result in zip(words, results, strict=True)
        if result in _STATUS
    ]


def _nonces_have_no_hole(world: World) -> None:
    used = world.real.rpc.batch_strict(
        [
            ("eth_getTransactionCount", (signer.address, tag))
            for signer in Signer.objects.order_by("pk")
            for tag in ("latest", "pending")
        ]
    )
    for index, signer in enumerate(Signer.objects.order_by("pk")):
        mined, pending = int(used[2 * index], 16), int(used[2 * index + 1], 16)
        nonces = signer.batches.filter(nonce__isnull=False).values_list("nonce", flat=True)
        holes = set(range(mined)) - set(nonces)
        assert mined == pending, f"{signer} has something pending"
        assert len(holes) == world.foreign * (signer.lane == world.lanes[0]), (signer, holes)


def _events_are_stored_as_emitted(happened: list) -> None:
    stored = EventLog.objects.values_list("block_hash", "log_index")
    missing = {(event.block_hash, event.log_index) for event in happened} - set(stored)
    assert missing == set()


def operation_results(world: World) -> dict[str, str]:
    """Return the derived status of each accepted operation, by its key."""
    rows = list(Operation.objects.filter(client_key__in=world.operations))
    statuses = operation_statuses(rows)
    return {row.client_key: statuses[row.pk].value for row in rows}
