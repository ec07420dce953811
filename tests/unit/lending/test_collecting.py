"""Collections in place are those of the loan's own formula."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.domain.collecting import Collected
from lending.domain.errors import LendingRefused
from lending.domain.lanes import LaneSums
from lending.domain.loans import LoanState, Status, apply_collect
from lending.domain.schedule import ScheduleKind

START = 1_800_000_000


def loan(**changes):
    terms = LoanState(
        principal=1_000,
        rate_bps=900,
        last_accrual=START,
        base_principal=1_000,
        schedule=ScheduleKind.AMORTISING,
        instalments=3,
        interval=2_592_000,
        opened_at=START,
        grace_period=0,
        cure_window=0,
        late_fee_bps=0,
        prefunded=500,
    )
    return replace(terms, **changes)


def hot(state):
    return Collected(
        principal=state.principal,
        prefunded=state.prefunded,
        accrued_scaled=state.accrued_scaled,
        last_accrual=state.last_accrual,
        rate_bps=state.rate_bps,
        status=state.status,
        operations=7,
        failed_in_row=3,
    )


def cold(row, state):
    return replace(
        state,
        principal=row.principal,
        prefunded=row.prefunded,
        accrued_scaled=row.accrued_scaled,
        last_accrual=row.last_accrual,
        status=row.status,
    )


@given(
    principal=st.integers(0, 1 << 63),
    prefunded=st.integers(0, 1 << 63),
    accrued=st.integers(0, 1 << 100),
    rate=st.integers(0, 20_000),
    seconds=st.integers(0, 1 << 31),
    share=st.sampled_from(["nothing", "some", "all set aside", "debt", "debt less one"]),
    some=st.integers(0, 1 << 63),
)
def test_a_collection_in_place_is_that_of_the_loan(
    principal, prefunded, accrued, rate, seconds, share, some
):
    state = loan(principal=principal, prefunded=prefunded, accrued_scaled=accrued, rate_bps=rate)
    now = START + seconds
    debt = state.debt_up(now)
    amounts = {"nothing": 0, "some": some, "all set aside": prefunded}
    amount = (amounts | {"debt": debt, "debt less one": max(debt - 1, 0)})[share]
    row = hot(state)
    before = row.lane_part()
    try:
        expected, change = apply_collect(state, amount=amount, now=now)
    except LendingRefused as refused:
        with pytest.raises(LendingRefused) as raised:
            row.collect(amount, now)

        assert raised.value.code == refused.code
        return

    row.collect(amount, now)

    a, b, owed = (after - was for after, was in zip(row.lane_part(), before, strict=True))
    assert cold(row, state) == expected
    assert LaneSums(a=a, b=b, owed=owed) == change
    assert (row.operations, row.failed_in_row) == (8, 0)


@pytest.mark.parametrize("status", [each for each in Status if each != Status.OPEN])
def test_nothing_is_collected_from_a_loan_that_is_not_open(status):
    row = hot(loan(status=status))

    with pytest.raises(LendingRefused) as raised:
        row.collect(1, START)

    assert raised.value.code == "wrong_status"
    assert row.lane_part() == (0, 0, 500)


@pytest.mark.parametrize(("amount", "left"), [(500, 0), (499, 1)])
def test_at_most_what_is_set_aside_is_collected(amount, left):
    row = hot(loan())

    row.collect(amount, START)

    assert row.prefunded == left


@pytest.mark.parametrize("amount", [501, -1])
def test_more_than_that_or_less_than_nothing_is_refused_and_changes_nothing(amount):
    row = hot(loan())

    with pytest.raises(LendingRefused):
        row.collect(amount, START)

    assert row == hot(loan())


def test_a_word_that_failed_only_counts():
    row = hot(loan())

    row.fail()

    assert (row.operations, row.failed_in_row) == (8, 4)
    assert cold(row, loan()) == loan()
