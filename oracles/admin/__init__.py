"""Admin pages of the oracles: sources, observations, rounds, values and backtests."""

from oracles.admin.backtests import BacktestAdmin
from oracles.admin.feeds import SourceFeedAdmin
from oracles.admin.observations import ObservationAdmin, SourceAdmin
from oracles.admin.rounds import ReporterAdmin, RoundAdmin
from oracles.admin.valuations import ValuationAdmin

__all__ = [
    "BacktestAdmin",
    "ObservationAdmin",
    "ReporterAdmin",
    "RoundAdmin",
    "SourceAdmin",
    "SourceFeedAdmin",
    "ValuationAdmin",
]
