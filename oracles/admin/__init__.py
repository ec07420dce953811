"""Admin pages of the oracles: sources, observations, overrides, rounds, values, backtests."""

from oracles.admin.backtests import BacktestAdmin
from oracles.admin.breakers import BreakerTripAdmin
from oracles.admin.feeds import SourceFeedAdmin
from oracles.admin.observations import ObservationAdmin, SourceAdmin
from oracles.admin.overrides import OverrideAdmin
from oracles.admin.rounds import ReporterAdmin, RoundAdmin
from oracles.admin.valuations import ValuationAdmin

__all__ = [
    "BacktestAdmin",
    "BreakerTripAdmin",
    "ObservationAdmin",
    "OverrideAdmin",
    "ReporterAdmin",
    "RoundAdmin",
    "SourceAdmin",
    "SourceFeedAdmin",
    "ValuationAdmin",
]
