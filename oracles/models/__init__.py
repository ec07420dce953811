"""State of the oracles: sources, what they observed, rounds, their values, and backtests."""

from oracles.models.backtests import Backtest
from oracles.models.documents import Document, DocumentPart
from oracles.models.feeds import Adapter, ExchangeRate, SourceFeed
from oracles.models.observations import Observation, Source, SourceKind, Verdict
from oracles.models.rounds import (
    PublisherLease,
    Reporter,
    Round,
    RoundDissent,
    RoundSignature,
    RoundStatus,
    SignedRound,
)
from oracles.models.valuations import Valuation

__all__ = [
    "Adapter",
    "Backtest",
    "Document",
    "DocumentPart",
    "ExchangeRate",
    "Observation",
    "PublisherLease",
    "Reporter",
    "Round",
    "RoundDissent",
    "RoundSignature",
    "RoundStatus",
    "SignedRound",
    "Source",
    "SourceFeed",
    "SourceKind",
    "Valuation",
    "Verdict",
]
