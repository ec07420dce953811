"""NAV, waterfall and shares (rules P1 to P3)."""

from hypothesis import given
from hypothesis import strategies as st

from lending.domain import pool
from lending.domain.lanes import LaneSums
from lending.domain.units import SCALE, YEAR_S


def test_nav_is_cash_and_the_lanes_worth_rounded_down_once():
    halves = [LaneSums(a=SCALE // 2, cash=100, owed=40, impaired=7)] * 2

    assert pool.nav(cash=1_000, lanes=halves, now=5) == 1_000 + 2 * 67 + 1


def test_senior_earns_its_rate_and_junior_the_rest():
    result = pool.waterfall(nav=1_100, senior=800, junior=200, senior_rate_bps=500, seconds=YEAR_S)

    assert (result.senior, result.junior) == (840, 260)


def test_a_loss_takes_junior_first():
    result = pool.waterfall(nav=900, senior=800, junior=200, senior_rate_bps=0, seconds=YEAR_S)

    assert (result.junior_loss, result.senior_loss) == (100, 0)


def test_what_junior_cannot_bear_is_senior_loss():
    result = pool.waterfall(nav=700, senior=800, junior=200, senior_rate_bps=500, seconds=YEAR_S)

    assert (result.senior, result.junior) == (700, 0)
    assert (result.junior_loss, result.senior_loss) == (200, 100)


@given(
    nav=st.integers(0, 10**15),
    senior=st.integers(0, 10**15),
    junior=st.integers(0, 10**15),
    rate=st.integers(0, 2_000),
    seconds=st.integers(0, YEAR_S),
)
def test_the_waterfall_hands_out_exactly_the_nav(nav, senior, junior, rate, seconds):
    result = pool.waterfall(
        nav=nav, senior=senior, junior=junior, senior_rate_bps=rate, seconds=seconds
    )

    assert result.senior + result.junior == nav
    assert min(result.senior, result.junior) >= 0


@given(assets=st.integers(0, 10**15), value=st.integers(1, 10**15), shares=st.integers(1, 10**15))
def test_buying_and_redeeming_at_once_never_gains(assets, value, shares):
    bought = pool.shares_for(assets=assets, value=value, shares=shares)

    back = pool.assets_for(shares_in=bought, value=value + assets, shares=shares + bought)

    assert back <= assets


def test_utilisation_is_the_share_that_is_lent():
    assert [pool.utilisation_bps(nav=1_000, idle=idle) for idle in (1_000, 250, 0)] == [
        0,
        7_500,
        10_000,
    ]
