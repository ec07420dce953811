"""State of the oracles: sources, what they observed, rounds, their values, and backtests."""

from oracles.models.backtests import Backtest
from oracles.models.documents import Document, DocumentPart
from oracles.models.observations import Observation, Source, SourceKind, Verdict
from oracles.models.rounds import Reporter, Round, RoundSignature, RoundStatus
from oracles.models.valuations import Valuation

__all__ = [
    "Backtest",
    "Document",
    "DocumentPart",
    "Observation",
    "Reporter",
    "Round",
    "RoundSignature",
    "RoundStatus",
    "Source",
    "SourceKind",
    "Valuation",
    "Verdict",
]
