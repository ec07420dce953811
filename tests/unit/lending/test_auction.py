"""The falling price (rules C3 to C5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.domain import auction
from lending.domain.units import LRT_UNIT


def a_path(**fields) -> auction.PricePath:
    return auction.PricePath(
        **{"start_price": 1_150, "floor_price": 450, "duration": 700, **fields}
    )


@pytest.mark.parametrize(
    ("elapsed", "price"), [(0, 1_150), (1, 1_149), (350, 800), (699, 451), (700, 450), (900, 450)]
)
def test_the_price_falls_on_a_straight_line_to_the_floor(elapsed, price):
    assert a_path().price(elapsed) == price


def test_the_reserve_may_take_a_lot_only_at_the_floor():
    assert [a_path().at_floor(elapsed) for elapsed in (699, 700)] == [False, True]


# @custom:invariant I-07
def test_start_rounds_up_and_floor_rounds_down():
    assert auction.start_price(value=333, auction_start_bps=11_500) == 383
    assert auction.floor_price(value=333, recovery_bps=4_500) == 149


def test_a_clock_stands_still_while_the_oracle_is_silent():
    clock = {"started_at": 1_000, "stopped_at_start": 50, "stopped": 80, "now": 1_100}

    elapsed = [auction.elapsed_s(**clock, silent=silent) for silent in (False, True)]

    assert elapsed == [70, 100]


def test_restaking_tokens_are_sold_only_as_far_as_the_debt_needs():
    sold, cash = auction.lrt_lot(lrt_amount=10 * LRT_UNIT, debt=3_000, price=2_000)

    assert (sold, cash) == (15 * LRT_UNIT // 10, 3_000)


def test_too_few_restaking_tokens_are_all_sold():
    sold, cash = auction.lrt_lot(lrt_amount=LRT_UNIT, debt=3_000, price=2_000)

    assert (sold, cash) == (LRT_UNIT, 2_000)


def test_the_drawn_path_begins_at_the_start_and_ends_at_the_floor():
    points = a_path().points(10)

    assert (points[0], points[-1], len(points)) == ((0, 1_150), (700, 450), 11)


# @custom:invariant I-19
@given(
    start=st.integers(1, 2**60),
    share=st.integers(0, 10_000),
    duration=st.integers(1, 10**6),
    elapsed=st.integers(0, 2 * 10**6),
)
def test_a_price_never_leaves_its_bounds_and_never_rises(start, share, duration, elapsed):
    path = auction.PricePath(
        start_price=start, floor_price=start * share // 10_000, duration=duration
    )

    now, later = path.price(elapsed), path.price(elapsed + 1)

    assert path.floor_price <= later <= now <= start


def test_a_lot_of_restaking_tokens_counts_for_all_of_them():
    assert auction.lot_worth(start=3_150, lrt_amount=2 * LRT_UNIT + LRT_UNIT // 2) == 7_875
    assert auction.lot_worth(start=3_150, lrt_amount=None) == 3_150


@pytest.mark.parametrize(("worth", "admitted"), [(40, True), (41, False)])
def test_a_lane_with_a_lot_open_admits_what_its_allowance_leaves(worth, admitted):
    assert auction.LaneLots(allowance=100).begun(60).admits(worth) is admitted


def test_the_allowance_never_stops_the_only_lot():
    assert auction.LaneLots(allowance=0).admits(10**12)


def test_a_lowered_allowance_admits_nothing_of_worth():
    lots = auction.LaneLots(lots=1, value=60, allowance=50)

    assert lots.admits(0)
    assert not lots.admits(1)
