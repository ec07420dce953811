"""Everything that is read of oracles."""

from oracles.selectors.proofs import ValueProof, proofs
from oracles.selectors.rounds import (
    RoundProgress,
    leaves,
    newest_round,
    open_round_progress,
    snapshot,
    usable_rounds,
)
from oracles.selectors.values import (
    ClassValue,
    SourceOpinion,
    ValuePoint,
    newest_values,
    sources_of,
    value_history,
    values_by_class,
)

__all__ = [
    "ClassValue",
    "RoundProgress",
    "SourceOpinion",
    "ValuePoint",
    "ValueProof",
    "leaves",
    "newest_round",
    "newest_values",
    "open_round_progress",
    "proofs",
    "snapshot",
    "sources_of",
    "usable_rounds",
    "value_history",
    "values_by_class",
]
