"""The health of a loan as a bar of value with the mark at which the loan is called."""

from dataclasses import dataclass

from portal.domain.charts.scale import Scale

AIR_BPS = 11_500
BPS = 10_000


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """Collateral value against the value at which the loan is called, in ledger units.

    ``headroom_bps`` is how far the value may still fall, of the value; below zero when the loan
    is past its mark. ``value_at`` and ``mark_at`` are percent of the bar.
    """

    value: int
    call_value: int
    headroom_bps: int
    value_at: float
    mark_at: float


def call_value_ceil(*, debt: int, limit: int, value: int) -> int:
    """Return the collateral value at which the debt meets the limit.

    ``limit`` is the debt that the value carries now, so the value scales with debt ÷ limit.
    Rounds up: the mark is never shown lower than it is.
    """
    return -(-debt * value // limit) if limit else 0


def gauge(*, value: int, debt: int, limit: int) -> Gauge | None:
    """Return the gauge of a loan, or nothing when it has no value or no debt to compare."""
    if value <= 0 or limit <= 0 or debt <= 0:
        return None
    mark = call_value_ceil(debt=debt, limit=limit, value=value)
    scale = Scale(0, max(value, mark) * AIR_BPS // BPS)
    return Gauge(
        value=value,
        call_value=mark,
        headroom_bps=(value - mark) * BPS // value,
        value_at=scale.percent(value),
        mark_at=scale.percent(mark),
    )
