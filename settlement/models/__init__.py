"""The settlement engine's state: operations, write-ahead envelopes, keys, what the chain said."""

from settlement.models.batches import IN_FLIGHT, OPEN, Batch, BatchStatus, Failure
from settlement.models.chain import Block, Cursor, EventLog, LaneSequence
from settlement.models.incidents import (
    Incident,
    IncidentKind,
    OperatorAction,
    RedeliveredTask,
)
from settlement.models.operations import Lane, LaneProgress, Operation, Parcel
from settlement.models.signers import Signer

__all__ = [
    "IN_FLIGHT",
    "OPEN",
    "Batch",
    "BatchStatus",
    "Block",
    "Cursor",
    "EventLog",
    "Failure",
    "Incident",
    "IncidentKind",
    "Lane",
    "LaneProgress",
    "LaneSequence",
    "Operation",
    "OperatorAction",
    "Parcel",
    "RedeliveredTask",
    "Signer",
]
