"""Admin pages of the oracles: sources, observations, rounds and values."""

from oracles.admin.observations import ObservationAdmin, SourceAdmin
from oracles.admin.rounds import ReporterAdmin, RoundAdmin
from oracles.admin.valuations import ValuationAdmin

__all__ = ["ObservationAdmin", "ReporterAdmin", "RoundAdmin", "SourceAdmin", "ValuationAdmin"]
