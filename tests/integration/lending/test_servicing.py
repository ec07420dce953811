"""Collections, late fees, calls, auctions, closes."""

import pytest

from contracts.domain.words import Kind, Result, decode_operations, striped
from contracts.genesis import load_genesis
from lending.domain.loans import Status
from lending.models import AskedCollection, Loan, PoolState
from lending.services import (
    call_loans,
    calling,
    charge_missed,
    close_epoch,
    close_repaid,
    collect_due,
    open_auctions,
    take_for_reserve,
)
from settlement.models import Batch, BatchStatus, Operation, Parcel
from tests.integration.lending.story import BORROWER, CAR, DAY, HOUSE, MONTH, USD

VOID_WINDOW_S = load_genesis()["oracle"]["void_window_s"]


@pytest.fixture(autouse=True)
def proofs(monkeypatch):
    """Proofs need the published document, which the told chain does not have."""
    monkeypatch.setattr(
        calling, "proofs", lambda *, asset_ids, round_number: [_proof(i) for i in asset_ids]
    )


def _proof(asset_id):
    return ((asset_id, 2, 0, 1, 1, 1, 1), [b"\x01" * 32])


def keys():
    return list(Operation.objects.order_by("id").values_list("client_key", flat=True))


def asked():
    """Return the words of the collections that were asked for, in order."""
    rows = Parcel.objects.order_by("id").values_list("words", flat=True)
    return [word for words in rows for word in decode_operations([bytes(words)])]


def fresh_round(story, number, **values):
    given = {"house": 300_000 * USD, "car": 20_000 * USD} | values
    story.publish(number, **given)


def test_a_due_instalment_is_collected_once_it_is_funded(story):
    loan_id = story.open()
    due_at = story.now + MONTH
    before = collect_due(now=due_at)
    story.prefund(loan_id, 5_000 * USD)

    counts = [before, collect_due(now=due_at - 1), collect_due(now=due_at)]

    (word,) = asked()
    plan = Loan.objects.get(pk=loan_id).state.plan()
    assert counts == [0, 0, 1]
    assert (word.kind, word.amount) == (Kind.COLLECT, plan.planned(1))
    assert striped(0, word.loan_number) == loan_id


def test_a_collection_under_way_is_not_asked_twice(story):
    story.prefund(story.open(), 5_000 * USD)
    story.tick(MONTH)

    counts = [collect_due(now=story.now), collect_due(now=story.now + 60)]

    assert counts == [1, 0]


def test_a_part_is_collected_when_not_all_is_funded_and_the_rest_later(story):
    loan_id = story.open()
    story.prefund(loan_id, 1_000 * USD)
    story.tick(MONTH)
    collect_due(now=story.now)
    story.settle(0, (Kind.COLLECT, loan_id, 1_000 * USD, Result.APPLIED))
    story.prefund(loan_id, 5_000 * USD)

    collect_due(now=story.now)

    assert len(asked()) == 2


def test_a_collection_that_a_reorganisation_sent_on_its_way_again_is_not_doubled(story):
    loan_id = story.open()
    story.prefund(loan_id, 1_000 * USD)
    story.tick(MONTH)
    collect_due(now=story.now)
    story.settle(0, (Kind.COLLECT, loan_id, 1_000 * USD, Result.APPLIED))
    story.prefund(loan_id, 5_000 * USD)
    collect_due(now=story.now)

    Loan.objects.filter(pk=loan_id).update(operations=0)
    again = collect_due(now=story.now)

    assert again == 0
    assert AskedCollection.objects.get().operations == 1


def test_a_loan_that_ended_meanwhile_does_not_end_the_asking_of_its_lane(story, monkeypatch):
    story.prefund(story.open(), 5_000 * USD)
    story.tick(MONTH)
    with monkeypatch.context() as patched:
        patched.setattr(
            "settlement.services.parcels.closed_or_unknown", lambda ids: dict.fromkeys(ids, True)
        )
        refused = collect_due(now=story.now)

    accepted = collect_due(now=story.now)

    assert (refused, accepted) == (0, 1)


def test_after_a_collection_nothing_more_is_due_until_the_next_date(story):
    loan_id = story.open()
    story.prefund(loan_id, 9_000 * USD)
    story.tick(MONTH)
    collect_due(now=story.now)
    amount = asked()[0].amount
    story.tick(30)
    story.settle(0, (Kind.COLLECT, loan_id, amount, Result.APPLIED))

    counts = [collect_due(now=story.now + wait) for wait in (0, 7 * DAY, 29 * DAY)]

    assert counts == [0, 0, 0]


def test_the_last_instalment_and_the_seconds_after_it_end_the_loan(story):
    loan_id = story.open(instalments=1)
    story.prefund(loan_id, 9_500 * USD)
    story.tick(MONTH)
    for _ in range(2):
        collect_due(now=story.now)
        amount = asked()[-1].amount
        story.tick(45)
        story.settle(0, (Kind.COLLECT, loan_id, amount, Result.APPLIED))

    assert Loan.objects.get(pk=loan_id).status == Status.REPAID


def test_a_loan_whose_words_keep_failing_is_left_alone(story):
    loan_id = story.open()
    story.prefund(loan_id, 5_000 * USD)
    story.tick(MONTH)
    for _ in range(9):
        collect_due(now=story.now)
        story.settle(0, (Kind.COLLECT, loan_id, 1, Result.FAILED))

    assert len(asked()) == 5


def test_a_missed_due_date_is_charged_only_beyond_its_grace(story):
    loan_id = story.open()
    end_of_grace = story.now + MONTH + 10 * DAY

    counts = [charge_missed(now=end_of_grace - 1), charge_missed(now=end_of_grace)]

    operation = Operation.objects.get()
    assert counts == [0, 1]
    assert (operation.client_key, operation.amount) == (f"charge:{loan_id}:1:0", 1)


def test_a_funded_loan_is_not_charged(story):
    loan_id = story.open()
    story.prefund(loan_id, 5_000 * USD)

    assert charge_missed(now=story.now + MONTH + 10 * DAY) == 0


def test_a_repaid_loan_is_closed(story):
    loan_id = story.open()
    story.repay(loan_id, 9_000 * USD)

    counts = [close_repaid(), close_repaid()]

    assert counts == [1, 0]
    assert Operation.objects.get().kind == Kind.CLOSE


def test_a_loan_is_called_only_when_both_rounds_are_too_low(story):
    story.open(principal=9_000 * USD)
    story.tick(DAY)
    fresh_round(story, 3, car=14_000 * USD)
    # More than the class allows at once: it counts after the void window.
    one_low = call_loans(now=story.tick(DAY // 2 + 1))
    story.tick(DAY // 2)
    fresh_round(story, 4, car=14_000 * USD)

    both_low = call_loans(now=story.now)

    batch = Batch.objects.get()
    assert (one_low, both_low) == (0, 1)
    assert (batch.contract, batch.function, batch.lane) == ("LoanBook", "call", 0)


def test_a_jump_waits_for_the_void_window(story):
    story.open(principal=10_000 * USD)
    story.tick(DAY)
    fresh_round(story, 3, car=10_000 * USD)
    story.tick(DAY)
    fresh_round(story, 4, car=8_000 * USD)

    counts = [call_loans(now=story.now + wait) for wait in (VOID_WINDOW_S, VOID_WINDOW_S + 1)]

    assert counts == [0, 1]


def test_a_health_call_needs_fresh_values_but_an_overdue_one_does_not(story):
    story.open(principal=9_000 * USD)
    late = story.tick(MONTH + 10 * DAY)
    Loan.objects.update(charged_through=1)

    assert call_loans(now=late) == 1
    assert Batch.objects.get().function == "callOverdue"


def test_an_overdue_loan_is_charged_its_late_fee_before_it_is_called(story):
    story.open(principal=9_000 * USD)
    late = story.tick(MONTH + 10 * DAY)

    assert call_loans(now=late) == 0
    assert charge_missed(now=late) == 1


def test_a_call_is_not_repeated_while_it_is_under_way_and_ends_after_three_attempts(story):
    story.open(principal=9_000 * USD)
    late = story.tick(MONTH + 10 * DAY)
    Loan.objects.update(charged_through=1)
    counts = []
    for _ in range(5):
        counts += [call_loans(now=late), call_loans(now=late)]
        Batch.objects.update(status=BatchStatus.DEAD)

    assert counts == [1, 0, 1, 0, 1, 0, 0, 0, 0, 0]


def test_an_auction_opens_when_the_cure_window_has_passed(story):
    loan_id = story.open()
    story.tick(DAY)
    fresh_round(story, 3)
    story.call(loan_id, impaired=5_000 * USD, reason=1)
    story.tick(7 * DAY)
    fresh_round(story, 4)

    counts = [open_auctions(now=story.now - 1), open_auctions(now=story.now)]

    batch = Batch.objects.get()
    assert counts == [0, 1]
    assert (batch.contract, batch.function) == ("AuctionHouse", "open")


def test_an_auction_waits_for_room_under_its_lanes_allowance(story):
    loans = [story.open(), story.open(assets=(HOUSE,), principal=50_000 * USD)]
    story.tick(DAY)
    fresh_round(story, 3)
    for loan_id in loans:
        story.call(loan_id, impaired=5_000 * USD, reason=1)
    story.tick(14 * DAY)
    fresh_round(story, 4)
    worth = 23_000 * USD + 345_000 * USD

    counts = [open_auctions(now=story.now)]
    story.of_loan("LoanAuctioned", loans[0])
    story.offer(loans[0], token_id=CAR, start=23_000 * USD, floor=9_000 * USD)
    for allowance in (worth - 1, worth):
        story.tell("AuctionHouse", "AuctionsAllowed", perLane=allowance)
        counts.append(open_auctions(now=story.now))

    # The car's lot may open as the lane's only one; the house needs the room beside it.
    assert counts == [1, 0, 1]
    assert [batch.kind for batch in Batch.objects.all()] == ["auction"] * 2


def test_the_reserve_takes_a_lot_only_at_its_floor(story):
    loan_id = story.open()
    story.call(loan_id, impaired=5_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.tick(DAY)
    fresh_round(story, 3)
    story.offer(loan_id, token_id=CAR, start=23_000 * USD, floor=9_000 * USD)
    for number in (4, 5):
        story.tick(DAY)
        fresh_round(story, number)
    story.tick(DAY)

    counts = [take_for_reserve(now=story.now - 1), take_for_reserve(now=story.now)]

    assert counts == [0, 1]


def test_the_pool_closes_once_its_epoch_has_ended(story):
    started_at = PoolState.objects.get().epoch_started_at

    asked = [close_epoch(now=started_at + wait) for wait in (DAY - 1, DAY, DAY)]

    assert asked == [False, True, False]
    assert Batch.objects.get().function == "closeEpoch"


def test_a_loan_on_a_frozen_asset_can_be_called(story):
    story.open(assets=(HOUSE,))
    story.tell("AssetRegistry", "AssetStatusChanged", tokenId=HOUSE, status=2)

    assert call_loans(now=story.now) == 1
    assert Loan.objects.get().borrower == BORROWER


@pytest.mark.parametrize(("house", "calls"), [(300_000 * USD, 0), (1_000 * USD, 1)])
def test_a_frozen_asset_calls_only_a_loan_that_the_others_do_not_bear(story, house, calls):
    story.open(assets=(HOUSE, CAR))
    story.tell("AssetRegistry", "AssetStatusChanged", tokenId=CAR, status=2)
    story.publish(3, house=house, car=20_000 * USD)

    asked = call_loans(now=story.now)

    assert asked == calls
