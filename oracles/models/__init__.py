"""State of the oracles: sources, what they observed, rounds, their values, and backtests."""

from oracles.models.backtests import Backtest
from oracles.models.observations import Observation, Source, SourceKind, Verdict
from oracles.models.rounds import Reporter, Round, RoundContent, RoundSignature, RoundStatus
from oracles.models.valuations import Valuation

__all__ = [
    "Backtest",
    "Observation",
    "Reporter",
    "Round",
    "RoundContent",
    "RoundSignature",
    "RoundStatus",
    "Source",
    "SourceKind",
    "Valuation",
    "Verdict",
]
