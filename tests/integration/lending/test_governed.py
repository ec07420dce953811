"""Events of votes: a lane's second cash escrow, and a workout (rules L5, D8)."""

from lending.domain.loans import CallReason, Status, cure_until
from lending.domain.pauses import NO_PAUSES
from lending.models import AuctionLot, ClassRoom, Lane, Loan, LotStatus
from tests.integration.lending.story import (
    BORROWER,
    CAR,
    CAR_CLASS,
    DAY,
    ESCROWS,
    MONTH,
    USD,
)

SECOND = "0x" + "e2" * 20
CASH = 1_000_000 * USD


def turn(story, lane=0, till=SECOND):
    story.in_lane("TillTurned", lane, lane=lane, till=till, aside=0)


def gather(story, amount, lane=0):
    story.in_lane("TillGathered", lane, lane=lane, amount=amount, aside=0)


def test_cash_that_lies_aside_is_the_lanes_but_is_not_lent_and_counts_zero(story):
    loan_id = story.open(principal=9_000 * USD)
    story.prefund(loan_id, 500 * USD)
    before = Lane.objects.get(pk=0).sums

    turn(story)
    story.repay(loan_id, 800 * USD)

    lane = Lane.objects.get(pk=0)
    assert (lane.till, lane.escrow) == (SECOND, ESCROWS[0])
    assert lane.aside == before.cash == CASH - 8_500 * USD
    # The 800 came to the till, and 500 are owed to a borrower.
    assert lane.sums.room() == 300 * USD
    lost = before.cash - before.owed - 300 * USD
    assert before.worth_scaled(story.now) - lane.sums.worth_scaled(story.now) == (
        (lost + 800 * USD) * 10_000 * 365 * DAY
    )


def test_what_is_gathered_counts_again_and_no_more_than_lay_aside(story):
    turn(story)

    gather(story, CASH + 7)

    lane = Lane.objects.get(pk=0)
    assert (lane.aside, lane.cash, lane.sums.room()) == (0, CASH, CASH)


def test_a_part_that_is_gathered_leaves_the_rest_aside(story):
    turn(story)

    gather(story, CASH - 9)

    assert Lane.objects.get(pk=0).aside == 9


def test_a_till_turns_back(story):
    turn(story)
    gather(story, CASH)

    turn(story, till=ESCROWS[0])

    lane = Lane.objects.get(pk=0)
    assert (lane.till, lane.aside) == (ESCROWS[0], CASH)


def test_other_lanes_keep_their_cash(story):
    turn(story)

    assert Lane.objects.get(pk=1).sums.room() == CASH


def work_out(story, loan_id, **terms):
    values = {
        "rateBps": 300,
        "schedule": 1,
        "instalments": 6,
        "interval": MONTH,
        "gracePeriod": 20 * DAY,
        "cureWindow": 30 * DAY,
        "lateFeeBps": 0,
    }
    story.of_loan("LoanExtended", loan_id, **values | terms)


def test_a_workout_gives_a_called_loan_a_schedule_and_a_cure_window_from_now_on(story):
    loan_id = story.open()
    story.tick(MONTH + 12 * DAY)
    story.call(loan_id, impaired=4_000 * USD, reason=CallReason.OVERDUE)
    debt = Loan.objects.get(pk=loan_id).state.debt_up(story.now)
    story.tick(3 * DAY)

    work_out(story, loan_id)

    loan = Loan.objects.get(pk=loan_id)
    assert (loan.status, loan.rate_bps, loan.instalments) == (Status.CALLED, 300, 6)
    assert (loan.opened_at, loan.base_principal, loan.impaired) == (
        story.now,
        9_000 * USD,
        4_000 * USD,
    )
    assert loan.state.debt_up(story.now + DAY) == debt
    assert cure_until(loan.state, stopped=0) == story.now + 30 * DAY
    assert not loan.state.is_overdue(story.now, pauses=NO_PAUSES)
    assert loan.entries.filter(name="worked_out").exists()


def test_a_cured_workout_earns_at_the_new_rate(story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    work_out(story, loan_id)

    story.of_loan("LoanCured", loan_id, payer=BORROWER, paid=0)

    lane = Lane.objects.get(pk=0)
    assert (lane.b, lane.impaired) == (9_000 * USD * 300, 0)


def test_a_workout_takes_the_running_lot_off_the_market(story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.offer(loan_id, token_id=CAR, start=20_000 * USD, floor=9_000 * USD)

    work_out(story, loan_id)

    assert Loan.objects.get(pk=loan_id).status == Status.CALLED
    assert AuctionLot.objects.get(loan_id=loan_id).status == LotStatus.WITHDRAWN


def test_a_workout_counts_in_its_class_for_what_is_still_owed(story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    story.repay(loan_id, 5_000 * USD)

    work_out(story, loan_id)

    assert ClassRoom.objects.get(lane=0, class_id=CAR_CLASS).used == 4_000 * USD


def test_a_third_call_has_no_window_until_a_workout_gives_one(story):
    loan_id = story.open()
    for _ in range(2):
        story.call(loan_id, impaired=4_000 * USD)
        story.of_loan("LoanCured", loan_id, payer=BORROWER, paid=0)
    story.call(loan_id, impaired=4_000 * USD)
    spent = cure_until(Loan.objects.get(pk=loan_id).state, stopped=0)

    work_out(story, loan_id)

    assert spent == story.now
    assert cure_until(Loan.objects.get(pk=loan_id).state, stopped=0) == story.now + 30 * DAY
