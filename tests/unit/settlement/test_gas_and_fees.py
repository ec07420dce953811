"""Gas limits, and the fees of replacements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.words import Kind
from contracts.types import Fees
from settlement.domain.fees import raised, replacement_fees
from settlement.domain.gas import SETTLE_GAS, fitted_factor, gas_limit, settle_limit
from settlement.domain.profiles import PROFILES

MOST = 1 << 24
FREE = Fees(0, 0)


def limit_of(kind, gas_used, *, percent=5, most=MOST):
    return gas_limit(kind=kind, gas_used=gas_used, percent=percent, most=most)


def test_a_call_gets_a_twentieth_more_than_it_used_and_room_for_a_guard():
    assert limit_of("publish", 1_000_000) == 1_050_000 + 60_000


def test_a_call_that_may_free_storage_gets_room_for_the_refund():
    assert limit_of("auction", 1_000_000) == 1_312_500 + 60_000


def test_a_batch_of_mints_gets_the_gas_that_its_guard_wants_to_see():
    assert limit_of("mint", 4_000_000) == 4_200_000 + 1_600_000


@pytest.mark.parametrize("most", [MOST, 10_000_000])
def test_no_limit_passes_the_most_that_a_chain_takes(most):
    assert limit_of("publish", most - 1_000, most=most) == most


def test_a_call_that_uses_more_than_a_chain_takes_is_not_cut_below_its_use():
    assert limit_of("publish", 20_000_000) == 20_000_000


@given(st.integers(21_000, MOST), st.integers(0, 5))
def test_a_limit_is_never_below_the_gas_used(gas_used, percent):
    assert limit_of("open", gas_used, percent=percent) >= gas_used


def test_where_the_limit_is_what_is_paid_calls_and_batches_are_given_less():
    paid, free = PROFILES["monad"], PROFILES["ethereum"]

    assert (paid.charges_limit, free.charges_limit) == (True, False)
    assert paid.call_margin_percent < free.call_margin_percent
    assert 0 < paid.batch_margin_percent < free.batch_margin_percent


def test_gas_of_a_batch_counts_each_loan_once_at_the_full_price():
    collect = SETTLE_GAS.by_kind[Kind.COLLECT]
    expected = SETTLE_GAS.base + 2 * collect.first + collect.further

    assert SETTLE_GAS.of_batch([(Kind.COLLECT, loan) for loan in (4, 4, 9)]) == expected


def test_the_guard_of_a_batch_is_the_largest_of_its_kinds():
    close = SETTLE_GAS.by_kind[Kind.CLOSE]

    assert SETTLE_GAS.guard_of([Kind.COLLECT, Kind.CLOSE]) == close.guard
    assert SETTLE_GAS.guard_of([]) == 0


def test_the_worst_receipt_says_how_far_the_model_is_off():
    assert fitted_factor([(900, 1_000), (1_101, 1_000), (990, 1_000)]) == 1_101


def test_without_receipts_nothing_is_fitted():
    assert fitted_factor([]) is None
    assert fitted_factor([(5, 0)]) is None


@pytest.mark.parametrize(("used", "expected"), [(1, 960), (9_000, 5_000)])
def test_a_receipt_that_cannot_be_right_moves_the_model_no_further_than_its_bounds(used, expected):
    assert fitted_factor([(used, 1_000)]) == expected


def test_a_batch_gets_what_the_model_says_and_receipts_correct_with_the_guard_on_top():
    limit = settle_limit(modelled=1_000_000, factor=1_100, guard=150_000, percent=3, most=2**24)

    assert limit == 1_133_000 + 150_000


def test_the_limit_of_a_batch_stays_within_a_transaction():
    limit = settle_limit(modelled=16_000_000, factor=1_000, guard=900_000, percent=3, most=2**24)

    assert limit == 2**24


@pytest.mark.parametrize(("fee", "expected"), [(0, 0), (1, 2), (8, 9), (9, 11), (800, 900)])
def test_a_raised_fee_is_rounded_up(fee, expected):
    assert raised(fee) == expected


def replaced(market=FREE, percent=10, most=10**6):
    return replacement_fees(
        max_fee_wei=800, priority_fee_wei=80, market=market, percent=percent, most_fee_wei=most
    )


def test_a_replacement_raises_both_fees():
    assert replaced() == (900, 90)


def test_a_replacement_raises_by_more_where_nodes_ask_for_more():
    assert replaced(percent=100) == (1_600, 160)


def test_a_replacement_follows_the_market_when_that_asks_for_more():
    assert replaced(market=Fees(5_000, 120)) == (5_000, 120)


def test_a_replacement_follows_the_market_no_further_than_the_most_that_is_paid():
    assert replaced(market=Fees(5_000, 80), most=1_000) == (1_000, 90)


@pytest.mark.parametrize(("most", "expected"), [(900, (900, 90)), (899, None)])
def test_nothing_is_replaced_at_more_than_is_ever_paid(most, expected):
    assert replaced(most=most) == expected


@given(st.integers(1, 10**15), st.integers(0, 100))
def test_a_raise_is_at_least_an_eighth_and_what_nodes_ask_for(fee, percent):
    assert raised(fee, percent=percent) * 8 >= fee * 9
    assert raised(fee, percent=percent) * 100 >= fee * (100 + percent)
