"""Intake and planning against the database."""

from pathlib import Path

import pytest
from django.conf import settings

from contracts.abi import decode_arguments
from contracts.deployment_record import Deployment
from contracts.domain.words import Kind, Result, decode_word, encode_results, striped, words_hash
from settlement import services
from settlement.domain.outcomes import OperationStatus
from settlement.errors import OperationInvalid
from settlement.models import Batch, BatchStatus, Operation, Signer
from settlement.selectors import operation_statuses, operations_settled, pipeline
from settlement.services import NewOperation

pytestmark = pytest.mark.django_db
BOOK = "0x00000000000000000000000000000000000000B0"


@pytest.fixture(autouse=True)
def _deployment():
    Deployment(
        chain_id=31337,
        genesis_hash="0x" + "00" * 32,
        block=1,
        addresses={"LoanBook": BOOK},
        lanes=(BOOK,) * 3,
        parameters={},
    ).save(Path(settings.DEPLOYMENT_FILE))


def operation(key, lane=1, loan=1, kind=Kind.COLLECT, amount=5_000_000):
    return NewOperation(client_key=key, kind=kind, loan_id=striped(lane, loan), amount=amount)


def words_of(batch):
    return decode_arguments("LoanBook", "settle", bytes(batch.data))["words"]


def test_operations_get_the_next_numbers_of_their_lane():
    services.intake(operations=[operation("a", lane=1), operation("b", lane=2)])
    services.intake(operations=[operation("c", lane=1)])

    numbers = Operation.objects.order_by("client_key").values_list("lane", "number")
    assert list(numbers) == [(1, 1), (2, 1), (1, 2)]


def test_an_operation_whose_key_is_known_is_not_stored_again():
    services.intake(operations=[operation("a")])

    stored = services.intake(operations=[operation("a"), operation("b")])

    assert stored == 1
    assert Operation.objects.count() == 2


def test_a_key_given_twice_in_one_intake_is_stored_once():
    assert services.intake(operations=[operation("a"), operation("a")]) == 1


def test_an_unknown_kind_is_refused_and_nothing_is_stored():
    with pytest.raises(OperationInvalid):
        services.intake(operations=[operation("a"), operation("b", kind=9)])

    assert Operation.objects.count() == 0


def test_an_amount_that_fits_no_word_is_refused():
    with pytest.raises(OperationInvalid):
        services.intake(operations=[operation("a", amount=2**63)])


def test_a_plan_covers_each_operation_once_and_a_second_pass_adds_nothing():
    services.intake(operations=[operation(f"{n}", loan=n % 7) for n in range(450)])

    services.plan_lanes()
    again = services.plan_lanes()

    ranges = Batch.objects.order_by("pk").values_list("first_number", "last_number")
    assert list(ranges) == [(1, 400), (401, 450)]
    assert again == 0


def test_later_operations_are_planned_into_batches_of_their_own():
    services.intake(operations=[operation("a")])
    services.plan_lanes()
    services.intake(operations=[operation("b")])

    services.plan_lanes()

    assert Batch.objects.count() == 2


def test_a_batch_holds_the_words_of_its_operations_and_their_hash():
    services.intake(operations=[operation("a", lane=2, loan=9, amount=7_000_000)])

    services.plan_lanes()

    batch = Batch.objects.get()
    (word,) = words_of(batch)
    decoded = decode_word(word)
    assert (decoded.kind, decoded.number, decoded.loan_number) == (Kind.COLLECT, 1, 9)
    assert decoded.amount == 7_000_000
    assert batch.words_hash == "0x" + words_hash([word]).hex()


def test_a_batch_goes_through_the_key_of_its_lane():
    services.intake(operations=[operation("a", lane=2)])

    services.plan_lanes()

    assert Batch.objects.get().signer == Signer.objects.get(lane=2)


def test_operations_of_one_loan_stand_side_by_side():
    services.intake(operations=[operation(f"{n}", loan=n % 2) for n in range(6)])

    services.plan_lanes()

    loans = [decode_word(word).loan_number for word in words_of(Batch.objects.get())]
    assert loans == [0, 0, 0, 1, 1, 1]


def test_the_status_of_an_operation_follows_from_its_batch_and_result():
    services.intake(operations=[operation(f"{n}", loan=n % 2) for n in range(4)])
    services.plan_lanes()
    numbers = [decode_word(word).number for word in words_of(Batch.objects.get())]
    results = [Result.FAILED if number == 3 else Result.APPLIED for number in numbers]
    Batch.objects.update(results=encode_results(results), applied=3, failed=1)

    statuses = operation_statuses(Operation.objects.all())

    by_number = {row.number: statuses[row.pk] for row in Operation.objects.all()}
    assert by_number[3] == OperationStatus.FAILED
    assert [by_number[number] for number in (1, 2, 4)] == [OperationStatus.APPLIED] * 3


def test_an_operation_that_is_not_planned_waits():
    services.intake(operations=[operation("a")])

    statuses = operation_statuses(Operation.objects.all())

    assert list(statuses.values()) == [OperationStatus.WAITING]


def test_the_pipeline_counts_what_each_lane_has_done():
    services.intake(operations=[operation(f"{n}") for n in range(5)])
    services.plan_lanes()
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
