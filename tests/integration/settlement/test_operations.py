"""Intake and planning against the database."""

import pytest

from contracts.domain.words import Kind, Result, encode_results, striped
from settlement import services
from settlement.calldata import operations_of
from settlement.domain.outcomes import OperationStatus
from settlement.domain.packing import Pack
from settlement.errors import OperationRefused
from settlement.models import Batch, BatchStatus, Block, LaneProgress, Operation, Signer
from settlement.selectors import operation_statuses, operations_settled, pipeline
from settlement.services import NewOperation, batching
from settlement.services.waiting import has_waiting_before, waiting_lanes, window_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("deployment", "loans")]


def operation(key, lane=1, loan=1, kind=Kind.COLLECT, amount=5_000_000, **more):
    return NewOperation(
        client_key=key, kind=kind, loan_id=striped(lane, loan), amount=amount, **more
    )


def numbers(lane=1):
    return [each.number for each in Operation.objects.filter(lane=lane).order_by("pk")]


def batch_of(operations, lane=1):
    """Store a batch of these operations, as a lane's actor does."""
    services.ensure_signers()
    row = batching.envelope(Signer.objects.get(lane=lane), Pack(operations, 1_000))
    row.client_key = f"batch-{Batch.objects.count()}"
    row.save()
    return row


def window(lane=1, size=100, now=0):
    return window_of(lane, size=size, now=now)


# ---- Intake -------------------------------------------------------------------------------------


def test_operations_get_the_next_numbers_of_their_lane():
    services.intake(operations=[operation("a", lane=1), operation("b", lane=2)])
    services.intake(operations=[operation("c", lane=1)])

    rows = Operation.objects.order_by("client_key")
    assert [(row.lane, row.number) for row in rows] == [(1, 1), (2, 1), (1, 2)]
    assert [row.pk for row in rows] == [striped(1, 1), striped(2, 1), striped(1, 2)]


def test_all_that_was_asked_is_stored():
    asked = operation("a b", lane=2, loan=9, amount=7, priority=3, deadline=2**40)

    services.intake(operations=[asked])

    row = Operation.objects.get()
    assert (row.client_key, row.kind, row.loan_id) == ("a b", Kind.COLLECT, striped(2, 9))
    assert (row.amount, row.priority, row.deadline) == (7, 3, 2**40)
    assert row.payload is None
    assert row.accepted_at is not None


def test_an_operation_whose_key_is_known_is_not_stored_again():
    services.intake(operations=[operation("a")])

    outcome = services.intake(operations=[operation("a"), operation("b")])

    assert (outcome.accepted, outcome.known, outcome.refused) == (1, 1, ())
    assert Operation.objects.count() == 2


def test_a_key_given_twice_in_one_intake_is_stored_once():
    assert services.intake(operations=[operation("a"), operation("a")]).accepted == 1


@pytest.mark.parametrize("together", [True, False])
def test_a_known_key_with_another_body_is_refused(together):
    first, second = operation("a"), operation("a", amount=6_000_000)
    for part in [[first, second]] if together else [[first], [second]]:
        outcome = services.intake(operations=part)

    assert [refusal.code for refusal in outcome.refused] == ["client_key_reused"]
    assert Operation.objects.get().amount == 5_000_000


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": 9}, "kind_unknown"),
        ({"kind": 0}, "kind_unknown"),
        ({"amount": -1}, "amount_invalid"),
        ({"amount": 2**63}, "amount_invalid"),
        ({"kind": Kind.CHARGE, "amount": 2**16}, "amount_invalid"),
        ({"lane": 3}, "loan_unknown"),
        ({"loan": 0}, "loan_unknown"),
        ({"loan": 404}, "loan_unknown"),
        ({"loan": 405}, "loan_closed"),
        ({"deadline": 1_000}, "deadline_passed"),
        ({"priority": 10}, "priority_invalid"),
        ({"payload": b"\x00" * 31}, "payload_size"),
        ({"payload": b"\x00" * 32}, "payload_size"),
    ],
)
def test_what_is_wrong_is_refused_with_its_code_and_its_neighbours_are_unharmed(loans, wrong, code):
    loans["unknown"].add(striped(1, 404))
    loans["closed"].add(striped(1, 405))
    Block.objects.create(number=1, hash="0x01", parent_hash="0x00", timestamp=1_000)

    outcome = services.intake(operations=[operation("a"), operation("x", **wrong), operation("b")])

    assert [(each.client_key, each.code) for each in outcome.refused] == [("x", code)]
    assert outcome.refused[0].message.endswith(".")
    assert outcome.accepted == 2


@pytest.mark.parametrize(
    "key", ["", "k" * 121, "tab\there", "line\nbreak", "back\\slash", "nul\x00"]
)
def test_a_key_that_cannot_be_stored_as_it_is_is_refused(key):
    outcome = services.intake(operations=[operation(key)])

    assert [each.code for each in outcome.refused] == ["client_key_invalid"]


def test_a_deadline_that_is_still_to_come_is_accepted():
    Block.objects.create(number=1, hash="0x01", parent_hash="0x00", timestamp=1_000)

    assert services.intake(operations=[operation("a", deadline=1_001)]).accepted == 1


def test_the_largest_amount_is_accepted():
    assert services.intake(operations=[operation("a", amount=2**63 - 1)]).accepted == 1


def test_one_operation_goes_the_same_way_and_comes_back_as_its_row():
    row = services.accept(operation("a"))

    assert row == services.accept(operation("a"))
    assert numbers() == [1]


def test_one_operation_that_is_refused_raises_its_code():
    with pytest.raises(OperationRefused) as raised:
        services.accept(operation("a", kind=9))

    assert raised.value.code == "kind_unknown"
    assert Operation.objects.count() == 0


# ---- What waits ---------------------------------------------------------------------------------


def test_a_lane_with_operations_in_no_batch_is_found():
    services.intake(operations=[operation("a", lane=1), operation("b", lane=2)])
    LaneProgress.objects.create(lane=1, planned_through=1)

    assert waiting_lanes() == [2]


def test_a_lane_that_has_put_operations_aside_is_found():
    services.intake(operations=[operation("a")])
    LaneProgress.objects.create(lane=1, planned_through=1, deferred=[1])

    assert waiting_lanes() == [1]


def test_a_window_holds_what_was_put_aside_and_then_what_came_next():
    services.intake(operations=[operation(f"{n}") for n in range(6)])
    LaneProgress.objects.create(lane=1, planned_through=4, deferred=[2])

    found = window()

    assert [each.number for each in found.operations] == [2, 5, 6]
    assert found.through == 6


def test_a_planned_window_is_not_seen_again_but_what_was_deferred():
    services.intake(operations=[operation(f"{n}") for n in range(6)])
    first = window(size=4)
    first.advanced(first.operations[2:]).save()

    assert [each.number for each in window().operations] == [3, 4, 5, 6]


def test_an_urgent_operation_far_back_is_taken_ahead_and_only_once():
    services.intake(operations=[operation(f"{n}", loan=n + 1) for n in range(9)])
    services.intake(operations=[operation("urgent", loan=20, priority=9)])
    first = window(size=4)
    first.advanced([]).save()

    assert [each.number for each in first.operations] == [1, 2, 3, 4, 10]
    assert LaneProgress.objects.get().ahead == [10]
    second = window()
    second.advanced([]).save()
    assert [each.number for each in second.operations] == [5, 6, 7, 8, 9]
    assert waiting_lanes() == []
    assert LaneProgress.objects.get().ahead == []


@pytest.mark.parametrize("place", ["in the window", "beyond it"])
def test_an_urgent_operation_does_not_overtake_its_own_loan(place):
    first = {"in the window": 1, "beyond it": 8}[place]
    services.intake(operations=[operation(f"{n}", loan=n + 1) for n in range(9)])
    services.intake(operations=[operation("urgent", loan=first, priority=9)])

    assert [each.number for each in window(size=4).operations] == [1, 2, 3, 4]


def test_an_operation_whose_deadline_passed_while_it_waited_is_set_apart():
    services.intake(operations=[operation("a", deadline=50), operation("b", deadline=51)])

    found = window(now=50)

    assert [each.number for each in found.operations] == [2]
    assert [each.number for each in found.expired] == [1]


def test_a_call_is_told_of_operations_that_came_before_it_on_its_loan():
    services.intake(operations=[operation("a"), operation("b", loan=2), operation("c")])
    LaneProgress.objects.create(lane=1, planned_through=1)

    assert not has_waiting_before(striped(1, 1), 3)
    assert has_waiting_before(striped(1, 1), 4)
    assert has_waiting_before(striped(1, 2), 3)


def test_what_was_put_aside_counts_as_waiting():
    services.intake(operations=[operation("a")])
    LaneProgress.objects.create(lane=1, planned_through=1, deferred=[1])

    assert has_waiting_before(striped(1, 1), 2)


# ---- What became of them ------------------------------------------------------------------------


def test_the_status_of_an_operation_follows_from_its_batch_and_result():
    services.intake(operations=[operation(f"{n}", loan=1 + n % 2) for n in range(4)])
    batch = batch_of(window().operations)
    held = [each.number for each in operations_of(batch)]
    results = [Result.FAILED if number == 3 else Result.APPLIED for number in held]
    Batch.objects.update(results=encode_results(results), applied=3, failed=1)

    statuses = operation_statuses(Operation.objects.all())

    by_number = {row.number: statuses[row.pk] for row in Operation.objects.all()}
    assert by_number[3] == OperationStatus.FAILED
    assert [by_number[number] for number in (1, 2, 4)] == [OperationStatus.APPLIED] * 3


def test_a_batch_whose_range_covers_an_operation_that_it_does_not_hold_says_nothing_of_it():
    services.intake(operations=[operation(f"{n}") for n in range(3)])
    first, _, third = window().operations
    batch_of([first, third])

    statuses = operation_statuses(Operation.objects.order_by("pk"))

    planned, waiting = OperationStatus.PLANNED, OperationStatus.WAITING
    assert list(statuses.values()) == [planned, waiting, planned]


def test_the_pipeline_counts_what_each_lane_has_done():
    services.intake(operations=[operation(f"{n}") for n in range(5)])
    batch_of(window().operations)
    Batch.objects.update(applied=3, failed=1, status=BatchStatus.DEAD)

    state = pipeline()

    (lane,) = state.lanes
    assert (lane.lane, lane.settled, lane.failed, lane.waiting) == (1, 3, 1, 1)
    assert state.by_status == {"dead": 1}
    assert state.operations == 5
    assert operations_settled() == 3


def test_an_empty_pipeline_can_be_shown():
    state = pipeline()

    assert (state.in_flight, state.lanes, state.lag_blocks) == (0, [], 0)
