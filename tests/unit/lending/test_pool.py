"""NAV, waterfall, shares and the close of an epoch (rules P1 to P3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.domain import pool
from lending.domain.lanes import LaneSums
from lending.domain.pool import JUNIOR, SENIOR, Fill, FillKind, Tranches
from lending.domain.units import SCALE, YEAR_S

amounts = st.integers(0, 10**15)


def some_tranches(**fields) -> Tranches:
    values = {
        "senior": 800,
        "junior": 200,
        "senior_due": 800,
        "senior_shares": 800_000,
        "junior_shares": 200_000,
    }
    return Tranches(**{**values, **fields})


# @custom:invariant P3
def test_nav_is_cash_and_the_lanes_worth_rounded_down_once():
    halves = [LaneSums(a=SCALE // 2, cash=100, owed=40, impaired=7)] * 2

    assert pool.nav(cash=1_000, lanes=halves, now=5) == 1_000 + 2 * 67 + 1


# @custom:invariant L5
def test_a_lane_without_its_cash_still_counts_what_it_lent():
    lane = LaneSums(a=5 * SCALE, cash=100, owed=40, impaired=7)

    assert pool.nav(cash=1_000, lanes=[lane.without_cash()], now=5) == 1_012


def test_senior_earns_its_rate_and_junior_the_rest():
    done = pool.waterfall(before=some_tranches(), nav=1_100, senior_rate_bps=500, seconds=YEAR_S)

    assert (done.tranches.senior, done.tranches.junior) == (840, 260)


def test_a_loss_takes_junior_first():
    done = pool.waterfall(before=some_tranches(), nav=900, senior_rate_bps=0, seconds=YEAR_S)

    assert (done.junior_loss, done.senior_loss) == (100, 0)


def test_what_junior_cannot_bear_is_senior_loss():
    done = pool.waterfall(before=some_tranches(), nav=700, senior_rate_bps=500, seconds=YEAR_S)

    assert (done.tranches.senior, done.tranches.junior) == (700, 0)
    assert (done.junior_loss, done.senior_loss) == (200, 100)


def test_a_recovery_makes_senior_whole_before_junior_gains():
    harmed = some_tranches(senior=700, junior=0)

    done = pool.waterfall(before=harmed, nav=820, senior_rate_bps=0, seconds=YEAR_S)

    assert (done.tranches.senior, done.tranches.junior) == (800, 20)


@pytest.mark.parametrize("nav, due", [(799, 840), (800, 800), (839, 839), (840, 840), (841, 840)])
def test_what_nobody_earned_lapses_and_what_was_lost_does_not(nav, due):
    alone = some_tranches(junior=0)

    done = pool.waterfall(before=alone, nav=nav, senior_rate_bps=500, seconds=YEAR_S)

    assert done.tranches.senior_due == due


def test_a_close_runs_the_waterfall_before_deposits_come_in():
    fills = [Fill(tranche=JUNIOR, kind=FillKind.DEPOSIT, assets=500, shares=0)]

    done = pool.close(
        before=some_tranches(), fills=fills, nav_after=1_600, senior_rate_bps=0, seconds=YEAR_S
    )

    assert done.tranches.junior == 800
    assert done.tranches.junior_shares - 200_000 == 500 * 201_000 // 301


def test_a_redemption_lowers_what_senior_is_due_in_proportion():
    harmed = some_tranches(senior=400, junior=0, senior_due=800)
    fills = [Fill(tranche=SENIOR, kind=FillKind.REDEMPTION, assets=100, shares=200_000)]

    done = pool.close(before=harmed, fills=fills, nav_after=300, senior_rate_bps=0, seconds=YEAR_S)

    assert (done.tranches.senior, done.tranches.senior_due) == (300, 600)
    assert done.tranches.senior_shares == 600_000


def test_the_first_deposit_buys_a_thousand_shares_a_unit():
    assert pool.shares_for(assets=5, value=0, shares=0) == 5_000


@given(nav=amounts, senior=amounts, junior=amounts, rate=st.integers(0, 2_000))
def test_the_waterfall_hands_out_exactly_the_nav(nav, senior, junior, rate):
    before = some_tranches(senior=senior, junior=junior, senior_due=senior)

    done = pool.waterfall(before=before, nav=nav, senior_rate_bps=rate, seconds=YEAR_S).tranches

    assert done.senior + done.junior == nav
    assert min(done.senior, done.junior) >= 0


# @custom:invariant I-06
@given(assets=amounts, value=amounts, shares=st.integers(0, 10**18))
def test_buying_and_redeeming_at_once_never_gains(assets, value, shares):
    bought = pool.shares_for(assets=assets, value=value, shares=shares)

    back = pool.assets_for(shares_in=bought, value=value + assets, shares=shares + bought)

    assert back <= assets


@pytest.mark.parametrize(("lent", "expected_bps"), [(0, 0), (750, 7_500), (1_000, 10_000)])
def test_utilisation_is_the_share_that_is_lent(lent, expected_bps):
    assert pool.utilisation_bps(nav=1_000, lent=lent) == expected_bps


@pytest.mark.parametrize(
    ("fields", "tranche", "is_fair"),
    [
        ({}, SENIOR, True),
        ({}, JUNIOR, True),
        ({"senior": 799}, SENIOR, False),
        ({"senior": 799}, JUNIOR, False),
        ({"junior": 0}, JUNIOR, False),
        ({"junior": 0, "junior_shares": 0}, JUNIOR, True),
    ],
)
def test_a_deposit_buys_only_at_a_fair_price(fields, tranche, is_fair):
    assert pool.is_fairly_priced(some_tranches(**fields), tranche) is is_fair


@pytest.mark.parametrize(
    ("cash", "expected"), [(300, (200, 100)), (299, (199, 99)), (3, (2, 1)), (0, (0, 0))]
)
def test_short_cash_is_split_in_proportion(cash, expected):
    assert pool.pro_rata(senior=200, junior=100, cash=cash) == expected


@pytest.mark.parametrize(("senior", "least"), [(0, 0), (1, 1), (800, 200), (801, 201)])
def test_least_junior_is_rounded_up(senior, least):
    assert pool.minimum_junior(senior=senior, subordination_bps=2_000) == least


def test_junior_leaves_only_as_far_as_senior_does():
    def paid(cash):
        return pool.fillable(
            tranches=some_tranches(),
            senior_wish=400,
            junior_wish=150,
            cash=cash,
            min_subordination_bps=2_000,
        )

    assert (paid(1_000), paid(250)) == ((400, 100), (200, 50))


def test_deposits_are_filled_before_redemptions_and_pay_them():
    requests = pool.Requests(deposits=(0, 50), redemptions=(50_000, 0))

    after, fills = pool.fill_requests(
        before=some_tranches(), requests=requests, cash=0, min_subordination_bps=2_000
    )

    assert [(one.tranche, one.kind, one.assets) for one in fills] == [
        (JUNIOR, FillKind.DEPOSIT, 50),
        (SENIOR, FillKind.REDEMPTION, 50),
    ]
    assert (after.senior, after.junior) == (750, 250)


def test_what_finds_no_price_is_no_fill():
    requests = pool.Requests(deposits=(50, 50))

    after, fills = pool.fill_requests(
        before=some_tranches(senior=1), requests=requests, cash=0, min_subordination_bps=0
    )

    assert (after, fills) == (some_tranches(senior=1), [])
