"""Loans, schedules and terms with sensible fields, for tests that vary one of them."""

from lending.domain.health import Terms
from lending.domain.loans import LoanState
from lending.domain.schedule import Schedule, ScheduleKind

DAY = 86_400
MONTH = 30 * DAY
USD = 1_000_000
OPENED_AT = 1_750_000_000


def a_loan(**fields) -> LoanState:
    values = {
        "principal": 12_000 * USD,
        "rate_bps": 900,
        "last_accrual": OPENED_AT,
        "base_principal": 12_000 * USD,
        "schedule": ScheduleKind.AMORTISING,
        "instalments": 12,
        "interval": MONTH,
        "opened_at": OPENED_AT,
        "grace_period": 10 * DAY,
        "cure_window": 7 * DAY,
        "late_fee_bps": 400,
    }
    return LoanState(**{**values, **fields})


def a_schedule(**fields) -> Schedule:
    values = {
        "kind": ScheduleKind.AMORTISING,
        "base_principal": 12_000 * USD,
        "rate_bps": 900,
        "instalments": 12,
        "interval": MONTH,
        "opened_at": OPENED_AT,
        "grace_period": 10 * DAY,
        "late_fee_bps": 400,
    }
    return Schedule(**{**values, **fields})


def some_terms(**fields) -> Terms:
    values = {
        "class_id": 2,
        "enabled": True,
        "must_amortise": True,
        "max_ltv_bps": 5_000,
        "liquidation_ltv_bps": 6_200,
        "base_rate_bps": 900,
        "rate_slope_bps": 500,
        "move_limit_bps": 1_000,
        "late_fee_bps": 400,
        "auction_start_bps": 11_500,
        "recovery_bps": 4_500,
        "grace_period": 10 * DAY,
        "cure_window": 7 * DAY,
        "auction_duration": 3 * DAY,
        "fresh_for": 90 * DAY,
        "max_tenor": 1_825 * DAY,
    }
    return Terms(**{**values, **fields})
