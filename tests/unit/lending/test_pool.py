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
