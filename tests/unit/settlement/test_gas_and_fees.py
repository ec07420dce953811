"""Gas limits, and the fees of replacements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.words import Kind
from settlement.domain.fees import raised, replacement_fees
from settlement.domain.gas import (
    MAX_TRANSACTION_GAS,
    SETTLE_GAS,
    fitted_factor,
    gas_limit,
    settle_limit,
)


def test_a_call_gets_a_twentieth_more_than_it_used_and_room_for_a_guard():
    assert gas_limit(kind="publish", gas_used=1_000_000) == 1_050_000 + 60_000


def test_a_call_that_may_free_storage_gets_room_for_the_refund():
    assert gas_limit(kind="auction", gas_used=1_000_000) == 1_320_000 + 60_000


def test_a_batch_of_mints_gets_the_gas_that_its_guard_wants_to_see():
    assert gas_limit(kind="mint", gas_used=4_000_000) == 4_200_000 + 1_600_000


def test_no_limit_passes_the_most_that_a_chain_takes():
    assert gas_limit(kind="settle", gas_used=16_000_000) == MAX_TRANSACTION_GAS


def test_a_call_that_uses_more_than_a_chain_takes_is_not_cut_below_its_use():
    assert gas_limit(kind="settle", gas_used=20_000_000) == 20_000_000


@given(st.integers(21_000, MAX_TRANSACTION_GAS))
def test_a_limit_is_never_below_the_gas_used(gas_used):
    assert gas_limit(kind="open", gas_used=gas_used) >= gas_used


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
    limit = settle_limit(modelled=1_000_000, factor=1_100, guard=150_000, most=2**24)

    assert limit == 1_133_000 + 150_000


def test_the_limit_of_a_batch_stays_within_a_transaction():
    assert settle_limit(modelled=16_000_000, factor=1_000, guard=900_000, most=2**24) == 2**24


@pytest.mark.parametrize(("fee", "expected"), [(0, 0), (1, 2), (8, 9), (9, 11), (800, 900)])
def test_a_raised_fee_is_rounded_up(fee, expected):
    assert raised(fee) == expected


def test_a_replacement_raises_both_fees():
    fees = replacement_fees(max_fee_wei=800, priority_fee_wei=80, market_max_fee_wei=0)

    assert fees == (900, 90)


def test_a_replacement_follows_the_market_when_that_asks_for_more():
    fees = replacement_fees(max_fee_wei=800, priority_fee_wei=80, market_max_fee_wei=5_000)

    assert fees == (5_000, 90)


@given(st.integers(1, 10**15))
def test_a_raise_is_at_least_an_eighth(fee):
    assert raised(fee) * 8 >= fee * 9
