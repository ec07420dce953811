"""State of the oracles: sources, what they observed, rounds, and the values in them."""

from oracles.models.documents import Document, DocumentPart
from oracles.models.observations import Observation, Source, SourceKind, Verdict
from oracles.models.rounds import Reporter, Round, RoundSignature, RoundStatus
from oracles.models.valuations import Valuation

__all__ = [
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
