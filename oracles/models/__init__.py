"""State of the oracles: sources, observations, overrides, rounds, values, and backtests."""

from oracles.models.backtests import Backtest
from oracles.models.documents import Document, DocumentPart
from oracles.models.feeds import Adapter, FeedChunk, SourceFeed
from oracles.models.observations import Observation, Source, SourceKind, Verdict
from oracles.models.overrides import Override
from oracles.models.rounds import (
    BreakerTrip,
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
    "BreakerTrip",
    "Document",
    "DocumentPart",
    "FeedChunk",
    "Observation",
    "Override",
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
