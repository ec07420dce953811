"""A lane's next operations by columns, where all of them are plain."""

import pytest

from contracts.domain.words import Kind
from settlement.models import LaneProgress, Operation
from settlement.services.waiting import plain_run, progress_of

pytestmark = pytest.mark.django_db
LANE = 2
FIRST = LANE << 40


def accept(count, **changed):
    """Store so many collections on lane 2, and change the last."""
    rows = [
        Operation(
            id=FIRST | number, client_key=f"{number}", kind=Kind.COLLECT, lane=LANE,
            loan_id=FIRST | number % 3 + 1, amount=number * 10,
        )
        for number in range(1, count + 1)
    ]  # fmt: skip
    for name, value in changed.items():
        setattr(rows[-1], name, value)
    Operation.objects.bulk_create(rows)


def run(most=100, **place):
    return plain_run(LaneProgress(lane=LANE, **place), most=most)


def test_plain_operations_come_in_their_order_after_what_is_planned():
    accept(5)

    found = run(planned_through=2)

    assert found.numbers.tolist() == [3, 4, 5]
    assert found.kinds.tolist() == [Kind.COLLECT] * 3
    assert found.loan_numbers.tolist() == [1, 2, 3]
    assert found.amounts.tolist() == [30, 40, 50]


def test_no_more_come_than_are_asked_for():
    accept(5)

    assert run(most=2).numbers.tolist() == [1, 2]


def test_a_lane_with_nothing_waiting_has_an_empty_run():
    accept(2)

    assert len(run(planned_through=2)) == 0
    assert len(plain_run(progress_of(7), most=5)) == 0


@pytest.mark.parametrize(
    "changed", [{"payload": b"\\0" * 32}, {"priority": 1}, {"deadline": 1_900_000_000}]
)
def test_one_operation_that_is_not_plain_is_looked_at(changed):
    accept(3, **changed)

    assert run() is None


def test_an_urgent_one_further_back_is_looked_at_and_a_late_payload_is_not():
    accept(3, priority=1)
    urgent_beyond = run(most=2)
    Operation.objects.filter(priority=1).update(priority=0, payload=b"\\0" * 32)
    payload_beyond = run(most=2)

    assert urgent_beyond is None
    assert payload_beyond.numbers.tolist() == [1, 2]


@pytest.mark.parametrize("place", [{"deferred": [1]}, {"ahead": [3]}])
def test_a_lane_that_put_something_aside_or_took_it_ahead_is_looked_at(place):
    accept(3)

    assert run(planned_through=1, **place) is None
