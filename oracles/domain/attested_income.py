"""Monthly income from what a device was paid since its first message in a window."""

from oracles.domain.quantities import DAY_S, MONTH_S

WINDOW_S = 30 * DAY_S
# A week of reports is the least that says something of a month.
LEAST_SPAN_S = 7 * DAY_S


def monthly_down(*, income_units: int, first_at: int, until: int) -> int | None:
    """Return ledger units a month, rounded down, or None where too short a time is known.

    The span ends now, not at the last message: a device that went silent earns less and less.
    """
    span_s = until - first_at
    return income_units * MONTH_S // span_s if span_s >= LEAST_SPAN_S else None
