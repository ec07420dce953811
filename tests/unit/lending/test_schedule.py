"""Due dates, arrears and what to collect (rules D2, D5)."""

from hypothesis import given
from hypothesis import strategies as st

from lending.domain.pauses import NO_PAUSES, Pauses
from lending.domain.schedule import ScheduleKind
from tests.unit.lending.builders import DAY, MONTH, OPENED_AT, USD, a_loan, a_schedule

kinds = st.sampled_from(list(ScheduleKind))


def test_an_amortising_loan_leaves_an_equal_share_less_each_time():
    schedule = a_schedule(base_principal=1_000, instalments=3)

    left = [schedule.outstanding_after(index) for index in range(4)]

    assert left == [1_000, 667, 334, 0]


def test_an_interest_only_loan_leaves_all_until_the_last_date():
    schedule = a_schedule(kind=ScheduleKind.INTEREST_ONLY, base_principal=1_000, instalments=3)

    left = [schedule.outstanding_after(index) for index in range(4)]

    assert left == [1_000, 1_000, 1_000, 0]


def test_due_dates_are_reached_on_the_second_and_never_beyond_the_last():
    schedule = a_schedule(instalments=2)

    reached = [
        schedule.reached(OPENED_AT + offset)
        for offset in (-1, 0, MONTH - 1, MONTH, 2 * MONTH, 9 * MONTH)
    ]

    assert reached == [0, 0, 0, 1, 2, 2]


def test_an_unpaid_instalment_is_overdue_only_after_its_grace():
    loan = a_loan()
    end_of_grace = OPENED_AT + MONTH + loan.grace_period

    overdue = [loan.is_overdue(now, pauses=NO_PAUSES) for now in (end_of_grace - 1, end_of_grace)]

    assert overdue == [False, True]


def test_a_pause_within_grace_puts_its_end_off():
    loan = a_loan()
    due = OPENED_AT + MONTH
    pauses = Pauses(spans=((due + DAY, due + 3 * DAY),))
    end_of_grace = due + loan.grace_period + 2 * DAY

    overdue = [loan.is_overdue(now, pauses=pauses) for now in (end_of_grace - 1, end_of_grace)]

    assert overdue == [False, True]


def test_a_pause_stands_still_what_is_waited_beyond_grace_too():
    loan = a_loan()
    end_of_grace = OPENED_AT + MONTH + loan.grace_period
    pauses = Pauses(spans=((end_of_grace + DAY, end_of_grace + 3 * DAY),))
    late = end_of_grace + 4 * DAY

    overdue = [loan.is_overdue(now, pauses=pauses, longer=2 * DAY) for now in (late - 1, late)]

    assert overdue == [False, True]


def test_prefunded_cash_that_was_never_collected_keeps_a_loan_out_of_arrears():
    schedule = a_schedule()
    loan = a_loan(prefunded=schedule.planned(1))
    end_of_grace = OPENED_AT + MONTH + loan.grace_period

    overdue = loan.is_overdue(end_of_grace, pauses=NO_PAUSES)

    assert not overdue


def test_a_month_less_a_day_of_interest_missing_is_a_missed_instalment():
    schedule = a_schedule()
    loan = a_loan(prefunded=schedule.planned(1) - 100 * USD)
    end_of_grace = OPENED_AT + MONTH + loan.grace_period

    overdue = loan.is_overdue(end_of_grace, pauses=NO_PAUSES)

    assert overdue


def test_nothing_is_due_before_the_first_due_date():
    loan = a_loan()
    now = OPENED_AT + MONTH - 1

    due = loan.plan().due_now(debt=loan.debt_up(now), now=now)

    assert due == 0


def test_on_the_due_date_the_planned_instalment_is_due():
    loan = a_loan()
    now = OPENED_AT + MONTH

    due = loan.plan().due_now(debt=loan.debt_up(now), now=now)

    assert due == loan.plan().planned(1)


def test_interest_since_the_due_date_waits_for_the_next_one():
    loan = a_loan()
    on_time = OPENED_AT + MONTH
    later = on_time + 5 * DAY

    dues = [loan.plan().due_now(debt=loan.debt_up(now), now=now) for now in (on_time, later)]

    assert abs(dues[1] - dues[0]) <= 1


def test_the_last_due_date_takes_the_whole_debt():
    loan = a_loan()
    now = OPENED_AT + 12 * MONTH + DAY

    due = loan.plan().due_now(debt=loan.debt_up(now), now=now)

    assert due == loan.debt_up(now)


def test_the_late_fee_is_a_share_of_one_instalment_rounded_up():
    fee = a_schedule(base_principal=1_000, instalments=3, late_fee_bps=400).late_fee()

    assert fee == 14


@given(
    kind=kinds,
    principal=st.integers(USD, 10**13),
    rate=st.integers(0, 3_000),
    instalments=st.integers(1, 60),
    index=st.integers(1, 60),
    delay=st.integers(0, 3 * MONTH),
)
def test_whoever_funded_each_instalment_is_never_overdue_however_late_the_collection(
    kind, principal, rate, instalments, index, delay
):
    """Debt as the schedule leaves it before `index`, the instalment prefunded, nothing taken."""
    schedule = a_schedule(
        kind=kind, base_principal=principal, rate_bps=rate, instalments=instalments
    )
    index = min(index, instalments)
    delay = min(delay, schedule.interval)
    loan = a_loan(
        principal=schedule.outstanding_after(index - 1),
        rate_bps=rate,
        last_accrual=schedule.due_at(index - 1),
        prefunded=schedule.planned(index),
    )
    now = schedule.due_at(index) + delay

    missed = schedule.is_missed(index, debt=loan.debt_up(now), prefunded=loan.prefunded, now=now)

    assert not missed


@given(
    kind=kinds,
    principal=st.integers(USD, 10**13),
    rate=st.integers(0, 3_000),
    instalments=st.integers(1, 60),
)
def test_instalments_pay_back_exactly_the_principal(kind, principal, rate, instalments):
    schedule = a_schedule(
        kind=kind, base_principal=principal, rate_bps=rate, instalments=instalments
    )

    left = [schedule.outstanding_after(index) for index in range(instalments + 1)]

    assert left[0] == principal
    assert left[-1] == 0
    assert left == sorted(left, reverse=True)
