"""Rooms of a lane in a class (rule L4)."""

import pytest

from lending.domain.rooms import INFLOW_REFILL_S, Room, hand_out

NOW = 1_800_000_000


def test_what_a_loan_takes_it_gives_back_without_making_room_before_the_next_close():
    room = Room(left=100, used=20)

    taken = room.taken(60)

    assert (taken.left, taken.used) == (40, 80)
    assert (taken.given_back(60).left, taken.given_back(60).used) == (40, 20)


def test_a_top_up_is_not_stopped_by_what_is_left():
    joined = Room(left=10).taken(60)

    assert (joined.left, joined.used) == (0, 60)


def test_giving_back_more_than_is_used_leaves_nothing():
    assert Room(used=5).given_back(6).used == 0


def test_a_cap_is_shared_after_reserved_draws_and_what_is_used():
    assert hand_out(cap=1_000, used=[100, 0, 0], reserved=[0, 300, 0]) == [200, 500, 200]


def test_what_does_not_divide_is_handed_to_nobody():
    assert hand_out(cap=11, used=[0, 0, 1], reserved=[0, 0, 0]) == [3, 3, 3]


def test_reserved_draws_beyond_the_cap_are_served_in_order():
    assert hand_out(cap=100, used=[0, 0], reserved=[80, 80]) == [80, 20]


@pytest.mark.parametrize("cap", [0, 99, 100])
def test_a_cap_that_is_used_up_hands_out_nothing(cap):
    assert hand_out(cap=cap, used=[60, 40], reserved=[50, 0]) == [0, 0]


def test_the_bucket_is_a_quarter_of_the_allowance_and_refills_within_a_day():
    full = Room(left=300, used=100)

    spent = full.flowed_in(100, now=NOW)

    assert full.inflow_left(NOW) == 100
    assert spent.inflow_left(NOW) == 0
    assert spent.inflow_left(NOW + INFLOW_REFILL_S // 2) == 50
    assert spent.inflow_left(NOW + INFLOW_REFILL_S) == 100


@pytest.mark.parametrize("amount", [1, 33, 99, 100])
def test_the_bucket_has_refilled_at_the_moment_it_says_and_not_a_second_before(amount):
    spent = Room(left=400).flowed_in(100, now=NOW)

    moment = spent.inflow_at(amount, now=NOW)

    assert moment is not None
    assert spent.inflow_left(moment) >= amount
    assert spent.inflow_left(moment - 1) < amount


def test_what_fits_now_fits_at_once():
    assert Room(left=400).inflow_at(100, now=NOW) == NOW


def test_more_than_the_whole_bucket_never_fits():
    assert Room(left=400).inflow_at(101, now=NOW) is None
