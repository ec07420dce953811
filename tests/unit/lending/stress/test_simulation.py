"""Books driven through made-up paths."""

from dataclasses import replace

import pytest

from lending.domain.health import Item
from lending.domain.loans import Status
from lending.domain.stress import Behaviour, Book, Thing, read_paths, run
from lending.domain.stress.book import new_loan
from lending.domain.stress.simulation import PoolTerms
from tests.unit.lending.builders import DAY, OPENED_AT, USD, some_terms

POOL = PoolTerms(senior_rate_bps=500, subordination_bps=2_000, buffer_bps=500)
CAR_VALUE, CAR_LOWER = 20_000 * USD, 17_000 * USD
LRT_TERMS = some_terms(
    class_id=14,
    must_amortise=False,
    max_ltv_bps=7_000,
    liquidation_ltv_bps=7_500,
    auction_start_bps=10_500,
    recovery_bps=8_500,
    auction_duration=DAY,
    cure_window=DAY,
)


def car(number=1, **terms):
    item = Item(
        token_id=number,
        terms=some_terms(**terms),
        appraisal_cap=CAR_VALUE,
        attested_at=OPENED_AT,
        valid_until=OPENED_AT + 180 * DAY,
    )
    return Thing(item=item, class_code="car", value=CAR_VALUE, lower=CAR_LOWER)


def tokens(amount=10 * 10**18):
    item = Item(token_id=0, terms=LRT_TERMS, lrt_amount=amount)
    return Thing(item=item, class_code="lrt", value=3_000 * USD, lower=2_910 * USD)


def book(*things_of_loans, draw_bps=10_000):
    loans = [
        new_loan(name=str(place), things=things, now=OPENED_AT, draw_bps=draw_bps)
        for place, things in enumerate(things_of_loans)
    ]
    return Book(loans=loans, now=OPENED_AT)


def outcome(loans, table, *, step_s=DAY, bid_bps=8_000, **behaviour):
    paths = read_paths(table, known_classes=["car", "lrt", "art"])
    return run(
        book=loans,
        paths=paths,
        step_s=step_s,
        behaviour=Behaviour(bid_bps=bid_bps, **behaviour),
        terms=POOL,
    )


CALM = "day,art\n0,1\n60,0.1\n"
CRASH = "day,car\n0,1\n20,0.4\n60,0.4\n"


def test_while_prices_hold_nobody_is_called_and_instalments_lower_the_debt():
    found = outcome(book([car()], [car(2)]), CALM)

    assert (found.loans, found.tally.calls, found.tally.written_off) == (2, 0, 0)
    assert found.debt == 2 * CAR_LOWER // 2
    assert found.moments[-1].debt < found.moments[0].debt
    assert found.recovery_bps is None


def test_a_crash_calls_sells_and_writes_off_and_every_unit_is_accounted_for():
    found = outcome(book([car()]), CRASH, bid_bps=5_000)
    tally = found.tally

    assert (tally.calls, tally.liquidations, tally.lots_sold) == (1, 1, 1)
    assert tally.written_off > 0
    assert tally.proceeds == tally.recovered + tally.surplus
    assert found.junior_loss + found.senior_loss == tally.written_off
    assert found.moments[-1].debt == 0
    assert found.recovery_bps == tally.recovered * 10_000 // (tally.recovered + tally.written_off)


def test_a_loan_is_sold_only_after_its_cure_window():
    found = outcome(book([car()]), CRASH)

    called = next(one.at for one in found.moments if one.calls)
    sold_up = next(one.at for one in found.moments if one.liquidations)
    assert sold_up - called == 7 * DAY


def test_one_who_cures_keeps_the_car():
    found = outcome(book([car()]), "day,car\n0,1\n20,0.75\n60,0.75\n", cures_bps=10_000)

    assert found.tally.calls == found.tally.cures == 1
    assert found.tally.liquidations == 0


def test_the_published_value_falls_no_faster_than_its_class_may():
    sudden = "day,car\n0,1\n1,0.4\n90,0.4\n"

    found = outcome(book([car()]), sudden)

    first_call = next(one.at for one in found.moments if one.calls)
    # 3 % a day leaves 0.808 of the bound after seven rounds: less than debt ÷ 0.62 with its
    # interest. The higher of two rounds counts (V1), so the call comes at the eighth.
    assert first_call == 8 * DAY


def test_what_bids_do_not_reach_goes_to_the_reserve_at_the_floor():
    found = outcome(book([car()]), CRASH, bid_bps=1)
    tally = found.tally

    assert (tally.lots_to_reserve, tally.lots_sold) == (1, 1)
    assert tally.reserve_paid == tally.proceeds
    assert tally.reserve_paid > tally.reserve_worth // 10


def test_those_who_never_pay_are_called_without_any_fall():
    found = outcome(book([car()]), "day,art\n0,1\n90,1\n", defaults_bps=10_000)

    first_call = next(one.at for one in found.moments if one.calls)
    assert 40 * DAY <= first_call <= 41 * DAY
    assert found.tally.liquidations == 1
    assert found.recovery_bps == 10_000


def test_losses_beyond_the_junior_tranche_are_the_seniors():
    cars = [[car(number)] for number in range(1, 6)]

    found = outcome(book(*cars), "day,car\n0,1\n60,0.05\n120,0.05\n", bid_bps=1_000)

    assert found.tally.written_off > 0
    assert found.senior_loss > 0
    assert found.junior_loss > 0
    assert found.junior_loss + found.senior_loss == found.tally.written_off


DEPEG = "hour,lrt\n0,1\n6,0.6\n240,0.6\n"


def test_a_restaking_token_off_its_band_is_called_on_one_round_and_sold_at_once():
    found = outcome(book([tokens()]), DEPEG, step_s=6 * 3_600, bid_bps=9_700)

    assert next(one.at for one in found.moments if one.calls) == 6 * 3_600
    assert next(one.at for one in found.moments if one.liquidations) == 6 * 3_600
    assert found.tally.written_off > 0


def test_of_tokens_only_as_many_are_sold_as_the_debt_needs():
    # The loan rests on both; tokens go first and cover it all, the car goes back.
    loan = book([tokens(100 * 10**18), car()], draw_bps=9_900)
    found = outcome(loan, "hour,lrt,car\n0,1,1\n6,0.85,1\n240,0.85,1\n", step_s=6 * 3_600)

    assert found.tally.calls == 1
    assert found.tally.lots_sold == 1
    assert found.tally.written_off == 0
    # Tokens and cash are each rounded up, in the pool's favour.
    assert found.tally.surplus <= 1


def test_the_same_run_gives_the_same_outcome():
    loans = book([car()], [tokens()], [car(2), tokens()])

    assert outcome(loans, CRASH) == outcome(loans, CRASH)


def test_nothing_to_lend_on_is_no_loan():
    worthless = replace(car(), lower=0)

    assert new_loan(name="none", things=[worthless], now=OPENED_AT, draw_bps=10_000) is None


@pytest.mark.parametrize("draw_bps", [1, 5_000, 10_000])
def test_a_new_loan_draws_its_share_of_the_limit(draw_bps):
    loan = new_loan(name="one", things=[car()], now=OPENED_AT, draw_bps=draw_bps)

    assert loan.state.principal == CAR_LOWER * 5_000 // 10_000 * draw_bps // 10_000
    assert loan.state.status == Status.OPEN
