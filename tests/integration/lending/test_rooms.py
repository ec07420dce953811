"""Rooms follow from events, choose the lane, and tell a borrower when to come back (rule L4)."""

import pytest

from lending.domain.errors import LendingRefused
from lending.domain.schedule import ScheduleKind
from lending.models import ClassRoom, Lane, RequestStatus
from lending.selectors.rooms import Need, lane_with_room
from lending.services import quote, request_loan, send_requests
from lending.services.quoting import loan_terms
from tests.integration.lending.story import (
    BORROWER,
    CAR,
    CAR_CLASS,
    DAY,
    HOUSE,
    HOUSE_CLASS,
    LRT_CLASS,
    MNEMONIC,
    MONTH,
    START,
    USD,
    development_wallet,
)

TOKEN = 10**18
EACH = 2_000_000 * USD


def room(class_id, lane=0):
    row = ClassRoom.objects.get(lane=lane, class_id=class_id)
    return row.left, row.used


def need(classes, principal, limit=0):
    return Need(principal=principal, limit=limit or principal, classes=frozenset(classes))


def refused(story, classes, principal, limit=0):
    with pytest.raises(LendingRefused) as refusal:
        lane_with_room(need(classes, principal, limit), now=story.now)
    return refusal.value


def test_a_loan_counts_with_its_limit_in_each_class_until_it_ends(story):
    loan_id = story.open(assets=(HOUSE, CAR), principal=50_000 * USD, limit=70_000 * USD)

    during = room(HOUSE_CLASS), room(CAR_CLASS), room(LRT_CLASS)
    story.repay(loan_id, 50_000 * USD)
    story.of_loan("LoanClosed", loan_id)

    assert during == ((EACH - 70_000 * USD, 70_000 * USD),) * 2 + ((EACH, 0),)
    assert room(CAR_CLASS) == (EACH - 70_000 * USD, 0)


def test_a_write_off_gives_its_room_back(story):
    loan_id = story.open()
    story.call(loan_id, impaired=1)
    story.of_loan("LoanAuctioned", loan_id)

    story.of_loan("LoanWrittenOff", loan_id, borrower=BORROWER, loss=9_000 * USD)

    assert room(CAR_CLASS) == (EACH - 9_000 * USD, 0)


def test_an_extension_gives_back_what_was_repaid(story):
    loan_id = story.open()
    story.repay(loan_id, 4_000 * USD)

    extend(story, loan_id)

    assert room(CAR_CLASS) == (EACH - 9_000 * USD, 5_000 * USD)


def extend(story, loan_id):
    story.of_loan(
        "LoanExtended",
        loan_id,
        rateBps=800,
        schedule=0,
        instalments=4,
        interval=MONTH,
        gracePeriod=7 * DAY,
        cureWindow=5 * DAY,
        lateFeeBps=100,
    )


def test_an_asset_that_is_added_counts_once_in_its_class(story):
    loan_id = story.open(assets=(HOUSE,), principal=50_000 * USD)

    story.of_loan("Pledged", loan_id, tokenId=CAR)
    story.of_loan("Released", loan_id, tokenId=CAR, to=BORROWER)
    story.of_loan("Pledged", loan_id, tokenId=CAR)

    assert room(CAR_CLASS) == (EACH - 50_000 * USD, 50_000 * USD)


def test_a_close_hands_out_what_the_cap_leaves_with_reserved_draws_first(story):
    story.open(lane=1, assets=(CAR,), principal=9_000 * USD)

    story.hand_out(cap=109_000 * USD, reserved=(60_000 * USD, 0))

    assert room(CAR_CLASS) == (80_000 * USD, 0)
    assert room(CAR_CLASS, lane=1) == (20_000 * USD, 9_000 * USD)


def test_draws_on_restaking_tokens_drain_the_lanes_bucket(story):
    loan_id = story.open(lrt=TOKEN, principal=9_000 * USD, limit=20_000 * USD)
    story.tick(DAY // 8)
    story.of_loan("LoanDrawn", loan_id, amount=1_000 * USD, rateBps=900)

    row = ClassRoom.objects.get(lane=0, class_id=LRT_CLASS)

    # An eighth of the bucket of half a million came back in between.
    assert (row.spent, row.spent_at) == (1_000 * USD, story.now)
    assert row.room.inflow_left(story.now) == EACH // 4 - 1_000 * USD


def test_the_lane_is_one_with_room_in_the_class_though_another_has_more_cash(story):
    story.hand_out(cap=100_000 * USD, reserved=(0, 100_000 * USD))
    story.open(lane=1, assets=(HOUSE,), principal=50_000 * USD)

    chosen = lane_with_room(need({CAR_CLASS}, 9_000 * USD), now=story.now)

    assert Lane.objects.get(pk=0).sums.room() > Lane.objects.get(pk=1).sums.room()
    assert chosen == 1


def test_the_whole_limit_needs_room_and_the_refusal_says_until_when(story):
    story.hand_out(cap=20_000 * USD)

    refusal = refused(story, {CAR_CLASS}, 9_000 * USD, limit=10_000 * USD + 1)

    assert lane_with_room(need({CAR_CLASS}, 9_000 * USD, 10_000 * USD), now=story.now) == 0
    assert refusal.code == "class_room_short"
    assert "at most $10,000.00 more on assets of the class" in refusal.sentence
    assert "from 2027-01-16 08:00 UTC on" in refusal.sentence
    assert START == 1_800_000_000


def test_a_full_bucket_says_when_it_has_refilled(story):
    bucket = 25_000 * USD
    story.hand_out(cap=200_000 * USD)
    for lane, asset in enumerate((CAR, HOUSE)):
        story.open(lane=lane, assets=(asset,), lrt=TOKEN, principal=bucket)

    refusal = refused(story, {LRT_CLASS}, bucket // 2)
    later = story.tick(DAY // 2)

    assert refusal.code == "inflow_too_fast"
    assert "At most $0.00" in refusal.sentence
    assert "come back at 2027-01-16 20:00 UTC" in refusal.sentence
    assert lane_with_room(need({LRT_CLASS}, bucket // 2), now=later) == 0


def test_more_than_the_bucket_ever_holds_waits_for_the_close(story):
    story.hand_out(cap=200_000 * USD)

    refusal = refused(story, {LRT_CLASS}, 25_000 * USD + 1)

    assert "come back from 2027-01-16 08:00 UTC on" in refusal.sentence


def test_no_lane_that_has_both_says_so(story):
    story.hand_out(cap=100_000 * USD, reserved=(0, 100_000 * USD))
    story.move_cash(1, -1_000_000 * USD)

    refusal = refused(story, {CAR_CLASS}, 9_000 * USD)

    assert refusal.code == "no_lane_with_room"


def test_a_quote_says_what_the_lanes_can_lend_on_the_basket(story):
    story.hand_out(cap=8_000 * USD)

    given = quote(borrower=BORROWER, token_ids=[CAR], now=story.now)

    assert given.limit_units == 10_000 * USD
    assert given.room_units == 4_000 * USD


def signed(story):
    terms = loan_terms(
        borrower=BORROWER,
        principal=9_000 * USD,
        schedule=ScheduleKind.AMORTISING,
        instalments=3,
        interval=MONTH,
        token_ids=[CAR],
        max_rate_bps=2_000,
        deadline=story.now + DAY,
        now=story.now,
    )
    wallet = development_wallet(MNEMONIC, "owner")
    return {"terms": terms["message"], "signature": wallet.sign_typed_data(terms)}


def test_terms_whose_lane_has_filled_up_since_are_refused_with_the_reason(story):
    given = signed(story)
    story.hand_out(cap=10_000 * USD)

    with pytest.raises(LendingRefused) as refusal:
        request_loan(**given)

    assert refusal.value.code == "class_room_short"


def test_a_request_whose_lane_has_no_room_waits_with_the_reason(story):
    request = request_loan(**signed(story))
    story.hand_out(cap=10_000 * USD)

    sent = send_requests()
    request.refresh_from_db()

    assert sent == 0
    assert request.status == RequestStatus.WAITING
    assert "until its next close" in request.reason
