"""The life of one loan, and its lane's sums after every step (rules D1 to D3, D6, C1, C2)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.domain import loans
from lending.domain.errors import LendingRefused
from lending.domain.lanes import LaneSums
from lending.domain.loans import CallReason, Status
from lending.domain.schedule import ScheduleKind
from lending.domain.units import SCALE
from tests.unit.lending.builders import DAY, MONTH, OPENED_AT, USD, a_loan


def called(loan=None, *, recovery=5_000 * USD, now=OPENED_AT + MONTH, stopped=0):
    return loans.apply_call(
        loan or a_loan(), reason=CallReason.HEALTH, recovery=recovery, now=now, stopped=stopped
    )[0]


def test_opening_takes_the_draw_from_the_lane_and_adds_the_debt():
    loan = a_loan()

    _, change = loans.apply_open(loan)

    assert change.cash == -loan.principal
    assert change.debt_down(OPENED_AT) == loan.principal
    assert change.b == loan.principal * loan.rate_bps


def test_prefunded_cash_is_not_the_pools():
    _, change = loans.apply_prefund(a_loan(), amount=5 * USD)

    assert change == LaneSums(cash=5 * USD, owed=5 * USD)


def test_collecting_makes_prefunded_cash_the_pools_without_moving_any():
    loan = a_loan(prefunded=100 * USD)

    collected, change = loans.apply_collect(loan, amount=100 * USD, now=OPENED_AT + MONTH)

    assert (change.cash, change.owed) == (0, -100 * USD)
    assert collected.prefunded == 0


def test_collecting_more_than_was_set_aside_is_refused():
    with pytest.raises(LendingRefused) as refusal:
        loans.apply_collect(a_loan(prefunded=1), amount=2, now=OPENED_AT)

    assert refusal.value.code == "more_than_prefunded"


def test_paying_the_whole_debt_makes_the_loan_repaid_and_leaves_nothing_in_the_lane():
    loan, opened = loans.apply_open(a_loan())
    now = OPENED_AT + MONTH + 1

    repaid, change = loans.apply_repay(loan, amount=loan.debt_up(now), now=now)

    assert repaid.status == Status.REPAID
    total = opened.plus(change)
    assert (total.a, total.b) == (0, 0)


def test_a_late_fee_raises_debt_once_and_by_exactly_the_fee():
    loan = a_loan()
    now = OPENED_AT + 2 * MONTH

    charged, _ = loans.apply_charge(loan, index=1, now=now)

    assert charged.debt_up(now) == loan.debt_up(now) + loan.plan().late_fee()
    assert charged.charged_through == 1


def test_a_call_freezes_the_debt_and_leaves_the_lanes_sums():
    loan, opened = loans.apply_open(a_loan())
    now = OPENED_AT + MONTH

    frozen, change = loans.apply_call(
        loan, reason=CallReason.HEALTH, recovery=5_000 * USD, now=now, stopped=3
    )

    assert frozen.debt_up(now + 10 * MONTH) == loan.debt_up(now)
    total = opened.plus(change)
    assert (total.a, total.b, total.impaired) == (0, 0, 5_000 * USD)


def test_a_called_loan_is_carried_at_no_more_than_its_debt():
    loan = called(recovery=10**15)

    assert loan.impaired == loan.debt_up(OPENED_AT + MONTH)


def test_a_call_sets_prefunded_cash_off_against_the_debt():
    loan = a_loan(prefunded=300 * USD)
    now = OPENED_AT + MONTH

    frozen, change = loans.apply_call(
        loan, reason=CallReason.OVERDUE, recovery=0, now=now, stopped=0
    )

    assert frozen.debt_up(now) == loan.debt_up(now) - 300 * USD
    assert (frozen.prefunded, change.owed) == (0, -300 * USD)


def test_a_cure_brings_the_loan_back_earning_from_then():
    now = OPENED_AT + 2 * MONTH

    cured, change = loans.apply_cure(called(), amount=4_000 * USD, now=now)

    assert (cured.status, cured.cures, cured.last_accrual) == (Status.OPEN, 1, now)
    assert change.impaired == -5_000 * USD
    assert change.debt_down(now) in (cured.debt_up(now), cured.debt_up(now) - 1)


def test_the_third_cure_within_a_year_has_no_window():
    twice = called(a_loan(cures=2, first_cure_at=OPENED_AT), now=OPENED_AT + MONTH)
    once = called(a_loan(cures=1, first_cure_at=OPENED_AT), now=OPENED_AT + MONTH)

    ends = [loans.cure_until(loan, stopped=0) for loan in (twice, once)]

    assert ends == [OPENED_AT + MONTH, OPENED_AT + MONTH + 7 * DAY]


def test_a_cure_window_for_health_stands_still_while_the_oracle_is_silent():
    health = called(stopped=100)
    overdue = replace(health, call_reason=CallReason.OVERDUE)

    ends = [loans.cure_until(loan, stopped=400) for loan in (health, overdue)]

    assert ends == [health.called_at + 7 * DAY + 300, health.called_at + 7 * DAY]


def test_a_sale_pays_the_debt_and_leaves_the_surplus_to_the_borrower():
    loan, _ = loans.apply_auction(called())
    now = OPENED_AT + 3 * MONTH
    debt = loan.debt_up(now)

    sold, change, to_debt, surplus = loans.apply_sale(loan, proceeds=debt + 9, now=now)

    assert (to_debt, surplus, sold.status) == (debt, 9, Status.REPAID)
    assert (change.cash, change.owed, change.impaired) == (debt + 9, 9, -loan.impaired)


def test_what_no_lot_has_paid_is_written_off():
    loan, _ = loans.apply_auction(called())
    now = OPENED_AT + 3 * MONTH
    sold, _, _, _ = loans.apply_sale(loan, proceeds=1_000 * USD, now=now)

    gone, change, loss = loans.apply_write_off(sold)

    assert loss == loan.debt_up(now) - 1_000 * USD
    assert (gone.status, gone.debt_up(now), change.impaired) == (
        Status.WRITTEN_OFF,
        0,
        -sold.impaired,
    )


def test_an_open_loan_cannot_be_closed():
    with pytest.raises(LendingRefused, match="open") as refusal:
        loans.apply_close(a_loan())

    assert refusal.value.code == "wrong_status"


steps = st.lists(
    st.tuples(
        st.sampled_from(["repay", "prefund", "collect", "charge"]),
        st.integers(1, 5_000 * USD),
        st.integers(0, MONTH),
    ),
    max_size=12,
)


@given(steps)
def test_a_lanes_sums_are_its_loans_debt_whatever_happened(taken):
    """Rule D3: 0 ≤ Σ debt − lane sum < number of open loans."""
    now = OPENED_AT
    loan, lane = loans.apply_open(a_loan())
    for kind, amount, wait in taken:
        if loan.status != Status.OPEN:
            break
        now += wait
        loan, change = _step(loan, kind, amount, now)
        lane = lane.plus(change)

    gap = loan.debt_up(now) * SCALE - (lane.a + lane.b * now)

    assert 0 <= gap < SCALE
    assert lane.owed == loan.prefunded


def _step(loan, kind, amount, now):
    if kind == "repay":
        return loans.apply_repay(loan, amount=min(amount, loan.debt_up(now)), now=now)
    if kind == "prefund":
        return loans.apply_prefund(loan, amount=amount)
    if kind == "collect":
        amount = min(amount, loan.prefunded, loan.debt_up(now))
        return loans.apply_collect(loan, amount=amount, now=now)
    return loans.apply_charge(loan, index=1, now=now)


def test_a_draw_is_owed_at_the_debt_weighted_mean_rate_rounded_up():
    loan = a_loan()

    drawn, change = loans.apply_draw(loan, amount=6_000 * USD, rate_bps=1_000, now=OPENED_AT)

    # (12,000 · 900 + 6,000 · 1,000) / 18,000 = 933.33.
    assert (drawn.principal, drawn.rate_bps) == (18_000 * USD, 934)
    assert change.cash == -6_000 * USD
    assert change.debt_down(OPENED_AT) == 6_000 * USD


def test_a_draw_spreads_what_is_owed_over_the_due_dates_left():
    now = OPENED_AT + 4 * MONTH
    loan = a_loan(principal=8_000 * USD, last_accrual=now)

    drawn, _ = loans.apply_draw(loan, amount=1_000 * USD, rate_bps=900, now=now)

    assert drawn.base_principal == 9_000 * USD * 12 // 8
    assert drawn.plan().outstanding_after(4) == 9_000 * USD


def test_a_draw_on_interest_only_terms_falls_due_with_the_rest():
    loan = a_loan(schedule=ScheduleKind.INTEREST_ONLY)

    drawn, _ = loans.apply_draw(loan, amount=1_000 * USD, rate_bps=900, now=OPENED_AT + MONTH)

    assert drawn.base_principal == 13_000 * USD


def test_an_extension_keeps_the_debt_and_starts_the_schedule_anew():
    loan = a_loan(charged_through=2)
    now = OPENED_AT + MONTH
    terms = loans.NewSchedule(
        rate_bps=700,
        schedule=ScheduleKind.INTEREST_ONLY,
        instalments=3,
        interval=2 * MONTH,
        grace_period=5 * DAY,
        cure_window=6 * DAY,
        late_fee_bps=300,
    )

    extended, change = loans.apply_extend(loan, terms=terms, now=now)

    assert extended.debt_up(now) == loan.debt_up(now)
    assert (extended.rate_bps, extended.opened_at, extended.charged_through) == (700, now, 0)
    assert extended.plan().outstanding_after(2) == loan.principal
    assert change.a + change.b * now == 0


def test_a_called_loan_is_neither_drawn_on_nor_extended():
    with pytest.raises(LendingRefused) as refusal:
        loans.apply_draw(called(), amount=1, rate_bps=900, now=OPENED_AT + MONTH)

    assert refusal.value.code == "wrong_status"


def test_the_clock_of_a_called_loan_stands_when_it_is_paid():
    loan = called(now=OPENED_AT + MONTH)

    paid, _ = loans.apply_repay(loan, amount=100 * USD, now=OPENED_AT + 2 * MONTH)

    assert paid.last_accrual == OPENED_AT + MONTH


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(CallReason.BAND, CallReason.HEALTH), (CallReason.OVERDUE, CallReason.OVERDUE)],
)
def test_a_workout_gives_tokens_out_of_their_band_a_window_too(reason, expected):
    terms = loans.NewSchedule(
        rate_bps=400,
        schedule=ScheduleKind.AMORTISING,
        instalments=10,
        interval=20 * DAY,
        grace_period=5 * DAY,
        cure_window=30 * DAY,
        late_fee_bps=0,
    )
    now = OPENED_AT + 2 * MONTH

    fresh, _ = loans.apply_workout(
        replace(called(), call_reason=reason), terms=terms, now=now, stopped=0
    )

    assert fresh.call_reason == expected
    assert loans.sellable_from(fresh, stopped=0, holds_lrt=True) == now + 30 * DAY
