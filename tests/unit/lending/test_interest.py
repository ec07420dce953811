"""Simple interest and the payment rule (rule D1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.domain import interest
from lending.domain.errors import LendingRefused
from lending.domain.units import SCALE, YEAR_S

principals = st.integers(0, 2**50)
rates = st.integers(0, 5_000)
spans = st.integers(0, 5 * YEAR_S)
fractions = st.integers(0, SCALE * 1_000)


def test_a_year_at_nine_per_cent_costs_nine_per_cent_exactly():
    scaled = interest.accrued(
        principal=1_000_000, accrued_scaled=0, last_accrual=0, rate_bps=900, now=YEAR_S
    )

    assert scaled == 90_000 * SCALE


# @custom:invariant I-07
def test_the_smallest_fraction_of_a_unit_makes_the_debt_a_unit_dearer():
    debts = [interest.debt_up(principal=100, interest_scaled=scaled) for scaled in (0, 1, SCALE)]

    assert debts == [100, 101, 101]


def test_a_payment_below_the_interest_leaves_the_principal():
    after = interest.after_payment(principal=500, interest_scaled=10 * SCALE + 7, amount=4)

    assert after == (500, 6 * SCALE + 7)


def test_a_payment_of_the_whole_interest_keeps_the_fraction_of_a_unit():
    after = interest.after_payment(principal=500, interest_scaled=10 * SCALE + 7, amount=10)

    assert after == (500, 7)


def test_a_payment_above_the_interest_lowers_the_principal():
    after = interest.after_payment(principal=500, interest_scaled=10 * SCALE + 7, amount=110)

    assert after == (400, 7)


def test_a_payment_of_the_whole_debt_ends_it():
    after = interest.after_payment(principal=500, interest_scaled=10 * SCALE + 7, amount=511)

    assert after == (0, 0)


def test_a_payment_above_the_debt_is_refused_with_the_debt():
    with pytest.raises(LendingRefused, match="debt of 511") as refusal:
        interest.after_payment(principal=500, interest_scaled=10 * SCALE + 7, amount=512)

    assert refusal.value.code == "more_than_debt"


@given(principal=principals, scaled=fractions, share=st.floats(0, 1))
def test_a_payment_lowers_the_debt_by_exactly_its_amount(principal, scaled, share):
    debt = interest.debt_up(principal=principal, interest_scaled=scaled)
    amount = int(debt * share)

    after = interest.after_payment(principal=principal, interest_scaled=scaled, amount=amount)

    assert interest.debt_up(principal=after[0], interest_scaled=after[1]) == debt - amount


# @custom:invariant I-16
@given(principal=principals, rate=rates, span=spans, cut=spans)
def test_accruing_in_two_steps_is_the_same_as_in_one(principal, rate, span, cut):
    middle = min(cut, span)
    terms = {"principal": principal, "rate_bps": rate}

    first = interest.accrued(**terms, accrued_scaled=0, last_accrual=0, now=middle)
    second = interest.accrued(**terms, accrued_scaled=first, last_accrual=middle, now=span)

    assert second == interest.accrued(**terms, accrued_scaled=0, last_accrual=0, now=span)
