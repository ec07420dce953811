"""Operations that are accepted together: what is stored, what is refused, how they wait."""

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from contracts.domain.words import Kind, Result, encode_results, striped
from settlement import console, services
from settlement.calldata import operations_of
from settlement.domain.outcomes import OperationStatus
from settlement.domain.parcels import MOST_TOGETHER
from settlement.errors import SettlementError
from settlement.explaining import explain
from settlement.models import Batch, BatchStatus, Lane, LaneProgress, Operation, Parcel, Signer
from settlement.selectors import parcel_outcomes, parcel_statuses
from settlement.services import NewOperation, NewParcel, batching
from settlement.services.parcels import words_between
from settlement.services.waiting import has_waiting_before, plain_run, window_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("deployment", "loans")]


def parcel(key="p", lane=1, loans=(1, 2, 3), amounts=None, kind=Kind.COLLECT):
    given = [loan * 10 for loan in loans] if amounts is None else amounts
    return NewParcel(
        client_key=key,
        lane=lane,
        kind=kind,
        loan_numbers=np.array(loans, dtype=np.int64),
        amounts=np.array(given, dtype=np.int64),
    )


def put(*parcels):
    return services.intake_parcels(parcels=parcels)


def put_one(key, lane=1, loan=9, **more):
    services.intake(
        operations=[
            NewOperation(
                client_key=key, kind=Kind.COLLECT, loan_id=striped(lane, loan), amount=5, **more
            )
        ]
    )


def window(lane=1, size=100):
    return window_of(lane, size=size, now=0)


def place(**values):
    LaneProgress.objects.update_or_create(lane=1, defaults=values)


def numbers(operations):
    return [each.number for each in operations]


# ---- Intake -------------------------------------------------------------------------------------


def test_a_parcel_takes_the_next_numbers_of_its_lane_and_rows_go_on_from_there():
    put(parcel("a"), parcel("b", lane=2), parcel("c", loans=(4, 5)))
    put_one("d")

    rows = Parcel.objects.order_by("pk").values_list("client_key", "pk", "count")
    assert list(rows) == [
        ("a", striped(1, 1), 3),
        ("c", striped(1, 4), 2),
        ("b", striped(2, 1), 3),
    ]
    assert Operation.objects.get().pk == striped(1, 6)
    assert dict(Lane.objects.values_list("number", "next_operation")) == {1: 7, 2: 4}


def test_the_same_parcel_again_is_known_and_takes_no_numbers():
    put(parcel("a"))

    outcome = put(parcel("a"), parcel("a"), parcel("b"))

    assert (outcome.accepted, outcome.known, outcome.refused) == (3, 3, ())
    assert Lane.objects.get().next_operation == 7


@pytest.mark.parametrize(
    "other", [{"amounts": [10, 20, 31]}, {"loans": (1, 2, 4)}, {"loans": (1, 2)}, {"lane": 2}]
)
@pytest.mark.parametrize("together", [True, False])
def test_a_known_key_with_another_body_is_refused(together, other):
    first, second = parcel("a"), parcel("a", **other)
    for part in [[first, second]] if together else [[first], [second]]:
        outcome = put(*part)

    assert [refusal.code for refusal in outcome.refused] == ["client_key_reused"]
    assert Parcel.objects.get().count == 3


@pytest.mark.parametrize(
    ("wrong", "code", "named"),
    [
        ({"kind": Kind.CHARGE}, "kind_unknown", "1 (collect)"),
        ({"kind": 99}, "kind_unknown", "99"),
        ({"lane": 3}, "lane_unknown", "lane 3"),
        ({"lane": -1}, "lane_unknown", "lane -1"),
        ({"loans": ()}, "parcel_size", "0 loans"),
        ({"amounts": [1]}, "parcel_size", "1 amounts"),
        ({"loans": (1,) * (MOST_TOGETHER + 1)}, "parcel_size", str(MOST_TOGETHER)),
        ({"amounts": [1, -1, 1]}, "amount_invalid", "place 1"),
        ({"loans": (1, 0, 3)}, "loan_unknown", "place 1"),
        ({"loans": (1, 2, 1 << 40)}, "loan_unknown", "place 2"),
        ({"key": ""}, "client_key_invalid", "1 to 120"),
        ({"key": "a\tb"}, "client_key_invalid", "printable"),
    ],
)
def test_a_wrong_parcel_is_refused_whole_and_harms_no_neighbour(wrong, code, named):
    outcome = put(parcel("good"), parcel(**({"key": "bad"} | wrong)))

    (refusal,) = outcome.refused
    assert refusal.code == code
    assert named in refusal.message
    assert outcome.accepted == 3
    assert Parcel.objects.get().client_key == "good"


@pytest.mark.parametrize(("fate", "code"), [("unknown", "loan_unknown"), ("closed", "loan_closed")])
def test_a_parcel_with_a_loan_that_is_not_open_is_refused(loans, fate, code):
    loans[fate].add(striped(1, 2))

    outcome = put(parcel())

    assert [refusal.code for refusal in outcome.refused] == [code]
    assert str(striped(1, 2)) in outcome.refused[0].message
    assert not Lane.objects.exists()


def test_the_database_refuses_a_parcel_in_another_lanes_numbers():
    with pytest.raises(IntegrityError), transaction.atomic():
        Parcel.objects.create(id=striped(2, 1), client_key="x", lane=1, count=1, words=b"")


# ---- Reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (1, 9, [(1, 3), (5, 2)]),
        (2, 5, [(2, 2), (5, 1)]),
        (4, 4, []),
        (3, 3, [(3, 1)]),
        (6, 6, [(6, 1)]),
        (7, 99, []),
    ],
)
def test_any_part_of_a_lanes_parcels_can_be_read(first, last, expected):
    put(parcel("a"))
    put_one("between")
    put(parcel("b", loans=(4, 5)), parcel("other", lane=2))

    found = words_between(1, first, last)

    assert [(number, len(words) // 32) for number, words in found] == expected


def test_the_words_stay_as_they_are_on_disk_so_that_a_part_can_be_read():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstorage FROM pg_attribute WHERE attrelid = 'settlement_parcel'::regclass "
            "AND attname = 'words'"
        )
        (storage,) = cursor.fetchone()

    assert storage == "e"


def test_a_run_goes_through_parcels_and_ends_where_a_row_lies_between():
    put(parcel("a"), parcel("b", loans=(4, 5)))
    put_one("between")
    put(parcel("c"))

    runs = [
        plain_run(LaneProgress(lane=1, planned_through=through), most=100).numbers.tolist()
        for through in (0, 2, 5, 6, 9)
    ]

    assert runs == [[1, 2, 3, 4, 5], [3, 4, 5], [6], [7, 8, 9], []]


def test_a_run_has_what_the_parcel_was_given():
    put(parcel("a", loans=(7, 1 << 39, 7), amounts=[1, (1 << 63) - 1, 3]))

    found = plain_run(LaneProgress(lane=1), most=100)

    assert found.kinds.tolist() == [Kind.COLLECT] * 3
    assert found.loan_numbers.tolist() == [7, 1 << 39, 7]
    assert found.amounts.tolist() == [1, (1 << 63) - 1, 3]
    assert len(plain_run(LaneProgress(lane=1), most=2)) == 2


def test_an_urgent_row_behind_a_parcel_is_looked_at():
    put(parcel("a"))
    put_one("urgent", priority=5)

    assert plain_run(LaneProgress(lane=1), most=2) is None
    assert numbers(window(size=2).operations) == [1, 2, 4]


def test_an_urgent_row_does_not_overtake_its_loan_in_a_parcel():
    put(parcel("a", loans=(1, 2, 9)))
    put_one("urgent", loan=9, priority=5)
    behind = numbers(window(size=2).operations)

    place(planned_through=1, ahead=[3])
    overtaken = numbers(window(size=1).operations)

    assert behind == [1, 2]
    assert overtaken == [2, 4]


def test_rows_and_parcels_come_in_the_order_of_arrival():
    put_one("a")
    put(parcel("b"))
    put_one("c")

    found = window()

    assert numbers(found.operations) == [1, 2, 3, 4, 5]
    assert [each.loan_number for each in found.operations] == [9, 1, 2, 3, 9]
    assert numbers(window(size=3).operations) == [1, 2, 3]


def test_what_was_put_aside_of_a_parcel_comes_back_first():
    put(parcel("a", loans=range(1, 7)))
    place(planned_through=4, deferred=[2, 4], ahead=[6])

    assert numbers(window().operations) == [2, 4, 5]


def test_a_call_on_a_loan_waits_for_what_a_parcel_holds_before_it():
    put(parcel("a", loans=(1, 2, 3)))
    before = [has_waiting_before(striped(1, 3), after) for after in (3, 4)]

    place(planned_through=2, ahead=[3])
    taken_ahead = has_waiting_before(striped(1, 3), 4)
    place(planned_through=3, deferred=[2], ahead=[])
    aside = [has_waiting_before(striped(1, loan), 4) for loan in (1, 2)]

    assert before == [False, True]
    assert not taken_ahead
    assert aside == [False, True]


# ---- What became of it --------------------------------------------------------------------------


def batch_of(count, **changed):
    """Store a batch of the lane's next operations, as its actor does."""
    services.ensure_signers()
    run = plain_run(LaneProgress(lane=1), most=count)
    (cut,) = batching.cut_plain(run, services.pumping.profile(), 1)
    row = batching.envelope(Signer.objects.get(lane=1), cut)
    row.client_key = "batch"
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    return row


def test_each_operation_of_a_parcel_has_its_status():
    put(parcel("a", loans=(1, 2, 1, 4)))
    results = encode_results([Result.APPLIED, Result.APPLIED, Result.FAILED])

    row = batch_of(3, status=BatchStatus.PLANNED, results=results)

    # Those of a loan stand side by side in the batch: 1, 3, 2.
    assert numbers(operations_of(row)) == [1, 3, 2]
    assert parcel_statuses("a") == [
        OperationStatus.APPLIED,
        OperationStatus.FAILED,
        OperationStatus.APPLIED,
        OperationStatus.WAITING,
    ]
    assert parcel_outcomes(Parcel.objects.get())[OperationStatus.APPLIED] == 2


def test_the_status_of_an_unknown_parcel_is_no_traceback():
    with pytest.raises(SettlementError, match="no parcel nothing"):
        parcel_statuses("nothing")


def test_a_batch_of_a_parcel_is_explained_with_its_wait():
    put(parcel("a"))
    row = batch_of(3)
    Batch.objects.filter(pk=row.pk).update(claimed_at=Parcel.objects.get().accepted_at)

    told = " ".join(explain(Batch.objects.get(pk=row.pk)))

    assert "Its oldest operation was accepted 0.00 s before there was room" in told


def test_hot_loans_are_counted_over_rows_and_parcels():
    put(parcel("a", loans=(1, 2, 2, 3)))
    for key in "bcd":
        put_one(key, loan=3)
    place(planned_through=1)

    found = {each.loan_id: each.waiting for each in console.hot_loans()}

    assert found == {striped(1, 3): 4, striped(1, 2): 2}


def test_the_admin_shows_parcels_and_how_many_stand_where(client):
    put(parcel("collect-a"))
    client.force_login(User.objects.create_superuser("operator"))

    listed = client.get(reverse("admin:settlement_parcel_changelist")).content.decode()
    shown = client.get(reverse("admin:settlement_parcel_change", args=[striped(1, 1)]))

    assert "collect-a" in listed
    assert "3 waiting" in shown.content.decode()


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (striped(1, 2), ["b", "a"]),
        (striped(1, 3), ["a"]),
        (striped(2, 2), []),
        # The bytes of this number stand in the words, as part of others.
        (striped(1, 2 << 8), []),
        (10**30, []),
        (0, []),
    ],
)
def test_parcels_are_found_by_a_loan_that_they_hold(client, sought, found):
    put(parcel("a", loans=(1, 2, 3)), parcel("b", loans=(2, 4)))
    client.force_login(User.objects.create_superuser("operator"))

    page = client.get(reverse("admin:settlement_parcel_changelist"), {"q": str(sought)})

    assert [each.client_key for each in page.context["cl"].result_list] == found
