"""Events become rows, by the domain's own maths."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.domain.words import Kind, Result
from lending.domain.loans import Status
from lending.domain.units import SCALE
from lending.models import (
    AuctionLot,
    Claimable,
    Lane,
    Loan,
    LoanCollateral,
    LoanEntry,
    LotStatus,
    PledgeStatus,
    PoolEpoch,
    PoolPosition,
    PoolState,
    Shortfall,
    TokenBalance,
)
from lending.services.reconciliation.expected import broken_sums
from tests.integration.lending.story import (
    ADDRESSES,
    BIDDER,
    BORROWER,
    CAR,
    DAY,
    HOUSE,
    LENDER,
    MONTH,
    NOBODY,
    USD,
)

ETHER = 10**18
POOL = ADDRESSES["LendingPool"]


def test_an_opened_loan_takes_the_strictest_terms_of_its_basket(story):
    loan_id = story.open(assets=(HOUSE, CAR))

    loan = Loan.objects.get(pk=loan_id)
    assert loan.grace_period == 864_000
    assert loan.cure_window == 604_800
    assert loan.late_fee_bps == 400
    assert list(loan.collateral.values_list("token_id", flat=True)) == [HOUSE, CAR]


def test_opening_moves_cash_to_debt_in_its_lane(story):
    story.open(principal=9_000 * USD)

    lane = Lane.objects.get(pk=0)
    assert (lane.cash, lane.loans, lane.sequence) == (991_000 * USD, 1, 3)
    assert lane.sums.debt_down(story.now) == 9_000 * USD


def test_a_batch_applies_each_word_and_counts_the_failed_ones(story):
    first, second = story.open(), story.open(assets=(HOUSE,))
    story.prefund(first, 3_100 * USD)
    story.tick(MONTH)

    story.settle(
        0,
        (Kind.COLLECT, first, 3_067 * USD, Result.APPLIED),
        (Kind.COLLECT, second, 5 * USD, Result.FAILED),
    )

    paid, failed = Loan.objects.get(pk=first), Loan.objects.get(pk=second)
    assert paid.prefunded == 33 * USD
    assert paid.last_accrual == story.now
    assert (paid.operations, failed.operations, failed.failed_in_row) == (1, 1, 1)
    assert broken_sums(now=story.now) == []


def test_words_of_one_loan_side_by_side_build_on_each_other(story):
    loan_id = story.open()
    story.prefund(loan_id, 500 * USD)
    story.tick(MONTH)
    before = Loan.objects.get(pk=loan_id).state.debt_up(story.now)

    story.settle(
        0,
        (Kind.COLLECT, loan_id, 200 * USD, Result.APPLIED),
        (Kind.COLLECT, loan_id, 300 * USD, Result.APPLIED),
    )

    assert Loan.objects.get(pk=loan_id).state.debt_up(story.now) == before - 500 * USD


def test_a_skipped_word_changes_nothing(story):
    loan_id = story.open()
    story.prefund(loan_id, 500 * USD)

    story.settle(0, (Kind.COLLECT, loan_id, 200 * USD, Result.SKIPPED))

    assert Loan.objects.get(pk=loan_id).prefunded == 500 * USD


def test_a_late_fee_is_noted_with_its_amount(story):
    loan_id = story.open()
    story.tick(2 * MONTH)

    story.settle(0, (Kind.CHARGE, loan_id, 1, Result.APPLIED))

    entry = LoanEntry.objects.get(name="charged")
    assert entry.amount == 120 * USD
    assert Loan.objects.get(pk=loan_id).charged_through == 1


def test_a_batch_of_two_hundred_words_takes_few_queries(story):
    loan_id = story.open(assets=(HOUSE,), principal=100_000 * USD)
    story.prefund(loan_id, 1_000 * USD)
    words = [(Kind.COLLECT, loan_id, 2 * USD, Result.APPLIED)] * 200

    with CaptureQueriesContext(
        connection,
    ) as queries:
        story.settle(0, *words)

    assert len(queries) < 10
    assert Loan.objects.get(pk=loan_id).operations == 200


def test_a_called_loan_leaves_the_sums_and_a_cure_brings_it_back(story):
    loan_id = story.open()
    story.tick(MONTH)

    story.call(loan_id, impaired=5_000 * USD)
    called = Lane.objects.get(pk=0)
    story.of_loan("LoanCured", loan_id, payer=BORROWER, paid=4_000 * USD)

    cured = Lane.objects.get(pk=0)
    assert (called.a, called.b, called.impaired) == (0, 0, 5_000 * USD)
    assert cured.impaired == 0
    assert cured.sums.debt_down(story.now) >= 5_000 * USD
    assert broken_sums(now=story.now) == []


def test_an_auction_sells_in_order_and_leaves_the_surplus_to_the_borrower(story):
    loan_id = story.open(assets=(CAR,), lrt=2 * ETHER)
    story.tick(MONTH)
    story.call(loan_id, impaired=5_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    debt = Loan.objects.get(pk=loan_id).state.debt_up(story.now)
    story.offer(loan_id, token_id=0, start=3_150 * USD, floor=2_550 * USD, lrt=2 * ETHER)
    story.sell(loan_id, token_id=0, price=6_000 * USD, lrt=2 * ETHER)
    story.of_loan("LrtReleased", loan_id, token="0x", amount=2 * ETHER, to=BIDDER)
    story.offer(loan_id, token_id=CAR, start=23_000 * USD, floor=9_000 * USD)

    story.sell(loan_id, token_id=CAR, price=8_000 * USD)
    story.deliver(loan_id, CAR)

    loan = Loan.objects.get(pk=loan_id)
    assert loan.status == Status.REPAID
    assert Claimable.objects.get(party=BORROWER).amount == 14_000 * USD - debt
    assert set(loan.collateral.values_list("status", flat=True)) == {PledgeStatus.SOLD}
    assert list(loan.lots.values_list("status", flat=True)) == [LotStatus.SOLD, LotStatus.SOLD]
    assert broken_sums(now=story.now) == []


def test_restaking_tokens_that_were_not_needed_go_back_at_the_close(story):
    loan_id = story.open(assets=(), lrt=5 * ETHER)
    story.call(loan_id, impaired=5_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.offer(loan_id, token_id=0, start=3_150 * USD, floor=2_550 * USD, lrt=5 * ETHER)
    story.sell(loan_id, token_id=0, price=9_000 * USD, lrt=3 * ETHER)
    story.of_loan("LrtReleased", loan_id, token="0x", amount=3 * ETHER, to=BIDDER)

    story.of_loan("LrtReleased", loan_id, token="0x", amount=2 * ETHER, to=BORROWER)
    story.of_loan("LoanClosed", loan_id)

    pledge = LoanCollateral.objects.get(loan_id=loan_id)
    assert (pledge.status, pledge.lrt_amount) == (PledgeStatus.RELEASED, 2 * ETHER)
    assert Loan.objects.get(pk=loan_id).status == Status.CLOSED


def test_what_no_lot_paid_is_written_off_and_stands_against_the_borrower(story):
    loan_id = story.open()
    story.call(loan_id, impaired=5_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.offer(loan_id, token_id=CAR, start=23_000 * USD, floor=4_000 * USD)

    story.sell(loan_id, token_id=CAR, price=4_000 * USD)
    story.of_loan("LoanWrittenOff", loan_id, borrower=BORROWER, loss=0)

    assert Shortfall.objects.get().amount == 5_000 * USD
    assert Lane.objects.get(pk=0).impaired == 0
    assert Loan.objects.get(pk=loan_id).loss == 5_000 * USD


def test_repaying_a_loan_in_auction_withdraws_its_lot(story):
    loan_id = story.open()
    story.call(loan_id, impaired=5_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.offer(loan_id, token_id=CAR, start=23_000 * USD, floor=4_000 * USD)

    story.repay(loan_id, 9_000 * USD)

    assert AuctionLot.objects.get().status == LotStatus.WITHDRAWN


def test_a_sold_lot_keeps_the_price_path_up_to_its_sale(story):
    loan_id = story.open(assets=(CAR,))
    story.call(loan_id, impaired=5_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.offer(loan_id, token_id=CAR, start=23_000 * USD, floor=4_000 * USD)
    story.tick(DAY)
    story.sell(loan_id, token_id=CAR, price=17_000 * USD)
    story.tick(60 * DAY)

    story.publish(9, house=300_000 * USD, car=20_000 * USD)

    lot = AuctionLot.objects.get()
    assert lot.elapsed_s(now=story.now, stopped=59 * DAY) == DAY


def test_a_transfer_moves_a_balance_and_minting_has_one_side(story):
    story.tell("TestStablecoin", "Transfer", **{"from": NOBODY, "to": LENDER, "value": 10**30})
    story.tell("TestStablecoin", "Transfer", **{"from": LENDER, "to": BIDDER, "value": 1})
    story.tell("TestStablecoin", "Transfer", **{"from": BIDDER, "to": BIDDER, "value": 1})

    balances = dict(TokenBalance.objects.values_list("address", "amount"))
    assert balances == {LENDER: 10**30 - 1, BIDDER: 1}


def test_the_first_close_turns_deposits_into_shares(story):
    senior = {"tranche": 0, "controller": LENDER}
    minted = {"from": NOBODY, "to": POOL, "value": 800_000 * USD}
    handed = {"from": POOL, "to": LENDER, "value": 800_000 * USD}
    story.move_cash(0, -1_000_000 * USD)
    story.move_cash(1, -1_000_000 * USD)
    PoolState.objects.update(cash=0)
    story.tell("LendingPool", "DepositRequested", **senior, epoch=1, assets=800 * USD)
    story.tick(DAY)
    filled = {"epoch": 1, "assets": 800 * USD, "shares": 0}
    story.tell("SeniorShare", "Transfer", **minted)
    story.tell("LendingPool", "DepositsFilled", tranche=0, **filled)

    story.tell("LendingPool", "EpochClosed", epoch=1)
    story.tell("LendingPool", "DepositClaimed", **senior, assets=800 * USD, shares=800_000 * USD)
    story.tell("SeniorShare", "Transfer", **handed)

    pool = PoolState.objects.get()
    assert (pool.epoch, pool.cash, pool.held) == (2, 800 * USD, 0)
    assert (pool.senior_value, pool.senior_shares) == (800 * USD, 800_000 * USD)
    shares = dict(PoolPosition.objects.values_list("owner", "shares"))
    assert shares == {LENDER: 800_000 * USD, POOL: 0}
    assert PoolPosition.objects.get(owner=LENDER).deposited == 800 * USD


@pytest.mark.parametrize("forfeited", [0, 5 * USD])
def test_a_reservation_s_deposit_comes_back_but_for_what_is_forfeited(story, forfeited):
    party = {"lane": 0, "borrower": LENDER}
    story.tell("LendingPool", "DrawReserved", **party, epoch=1, amount=1_000, deposit=10 * USD)
    held = PoolState.objects.get().held

    story.tell(
        "LendingPool",
        "ReservationEnded",
        **party,
        refunded=10 * USD - forfeited,
        forfeited=forfeited,
    )

    pool = PoolState.objects.get()
    assert (held, pool.held, pool.reserve) == (10 * USD, 0, forfeited)


def test_a_close_books_interest_and_losses_by_tranche(story):
    PoolState.objects.update(
        cash=0, senior_value=1_600_000 * USD, senior_due=1_600_000 * USD, junior_value=400_000 * USD
    )
    loan_id = story.open(principal=9_000 * USD)
    story.call(loan_id, impaired=4_000 * USD)
    story.tick(DAY)

    story.tell("LendingPool", "EpochClosed", epoch=1)

    close = PoolEpoch.objects.get()
    assert close.nav == 1_995_000 * USD
    assert close.senior_loss == 0
    assert close.junior_loss > 5_000 * USD
    assert close.utilisation_bps == 4_000 * 10_000 // 1_995_000


@pytest.mark.parametrize(
    ("since", "worth"), [(1, 1_000_000 * USD), (2, 2_000_000 * USD), (0, 2_000_000 * USD)]
)
def test_a_stuck_lanes_cash_counts_zero_from_the_close_that_the_event_names(story, since, worth):
    PoolState.objects.update(
        cash=0, senior_value=1_600_000 * USD, senior_due=1_600_000 * USD, junior_value=400_000 * USD
    )
    story.tell("LendingPool", "LaneStuck", lane=1, since=since)
    story.tick(DAY)

    story.tell("LendingPool", "EpochClosed", epoch=1)

    assert PoolEpoch.objects.get().nav == worth
    assert Lane.objects.get(pk=1).stuck_since == since


def test_a_lane_that_works_again_counts_again(story):
    lane = Lane.objects.get(pk=1)
    story.tell("LendingPool", "LaneStuck", lane=1, since=1)
    story.tell("LendingPool", "LaneStuck", lane=1, since=0)

    again = Lane.objects.get(pk=1)
    assert again.sums_in(1) == lane.sums


def test_sums_that_do_not_hold_are_said_in_a_sentence(story):
    story.open()
    Lane.objects.filter(pk=0).update(owed=7)

    assert broken_sums(now=story.now) == [
        "Lane 0: it owes 7 units, prefunded cash and claims are 0."
    ]


@pytest.mark.parametrize("part", ["a", "b"])
def test_a_wrong_lane_sum_is_found(story, part):
    story.open()
    lane = Lane.objects.get(pk=0)
    setattr(lane, part, getattr(lane, part) + 2 * SCALE)
    lane.save()

    assert "differ by" in broken_sums(now=story.now)[0]


def test_a_draw_leaves_the_lanes_cash(story):
    loan_id = story.open(principal=9_000 * USD, limit=12_000 * USD)
    story.tick(DAY)

    story.of_loan("LoanDrawn", loan_id, amount=1_000 * USD, rateBps=900)

    loan, lane = Loan.objects.get(pk=loan_id), Lane.objects.get(pk=0)
    assert (loan.principal, loan.limit, lane.cash) == (10_000 * USD, 12_000 * USD, 990_000 * USD)
    assert broken_sums(now=story.now) == []


def test_an_asset_given_back_early_may_come_again_at_the_end_of_the_list(story):
    loan_id = story.open(assets=(HOUSE, CAR))

    story.deliver(loan_id, HOUSE, to=BORROWER)
    returned = LoanCollateral.objects.get(token_id=HOUSE).status
    story.of_loan("Pledged", loan_id, tokenId=HOUSE)

    assert returned == PledgeStatus.RETURNED
    rows = Loan.objects.get(pk=loan_id).collateral.all()
    assert [row.token_id for row in rows] == [CAR, HOUSE]


def test_income_that_no_debt_needs_waits_for_the_borrower(story):
    loan_id = story.open()

    story.of_loan("IncomeKept", loan_id, party=BORROWER, amount=5 * USD)

    lane = Lane.objects.get(pk=0)
    assert Claimable.objects.get(party=BORROWER).amount == lane.owed == 5 * USD
    assert broken_sums(now=story.now) == []
