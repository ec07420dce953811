"""What a device may report, each with its unit and the range that makes sense."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collateral.domain.telemetry.errors import TelemetryError

BPS = 10_000
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Metric:
    """One number of a message. ``is_counter``: it only grows, as a meter does."""

    name: str
    help: str
    high: int = LARGEST
    is_counter: bool = False


METRICS = (
    Metric("power_w", "output or draw at this moment, watts"),
    Metric("energy_wh", "meter since manufacture, watt-hours", is_counter=True),
    Metric("income_units", "what users paid since the last message, 1e-6 USD"),
    Metric("operating_h", "hours run since manufacture", is_counter=True),
    Metric("health_bps", "state of health, 10,000 being new", high=BPS),
    Metric("availability_bps", "share of the time ready for use since the last message", high=BPS),
)
_BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}
Values = tuple[int | None, ...]


def read_metrics(given: Any) -> Values:
    """Return the numbers of a message in the order of ``METRICS``, None where one is left out."""
    if not isinstance(given, dict) or not given:
        raise TelemetryError(
            "METRICS_MISSING", f"metrics is an object with some of {', '.join(_BY_NAME)}."
        )
    for name, value in given.items():
        _refuse_bad(name, value)
    return tuple(given.get(metric.name) for metric in METRICS)


def _refuse_bad(name: str, value: Any) -> None:
    metric = _BY_NAME.get(name)
    if metric is None:
        raise TelemetryError(
            "METRIC_UNKNOWN", f"{name[:40]!r} is no metric; report {', '.join(_BY_NAME)}."
        )
    if type(value) is not int:
        raise TelemetryError("METRIC_TYPE", f"{name} is not a whole number of its unit.")
    if value < 0:
        raise TelemetryError("NEGATIVE_USAGE", f"{name} is {value}; it cannot be below zero.")
    if value > metric.high:
        raise TelemetryError("RANGE", f"{name} is {value}; it is at most {metric.high}.")
