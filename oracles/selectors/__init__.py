"""Everything that is read of oracles."""

from oracles.selectors.moves import NewWord, ValueMove, last_move
from oracles.selectors.proofs import (
    ProvenValue,
    ProvenValues,
    UsableRound,
    ValueProof,
    proofs,
    proven_value,
    proven_values,
    rounds_in_use,
)
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
    NavGrowth,
    SourceOpinion,
    ValuePoint,
    nav_growth,
    newest_values,
    sources_of,
    value_history,
    values_by_class,
)

__all__ = [
    "ClassValue",
    "NavGrowth",
    "NewWord",
    "ProvenValue",
    "ProvenValues",
    "RoundProgress",
    "SourceOpinion",
    "UsableRound",
    "ValueMove",
    "ValuePoint",
    "ValueProof",
    "last_move",
    "leaves",
    "nav_growth",
    "newest_round",
    "newest_values",
    "open_round_progress",
    "proofs",
    "proven_value",
    "proven_values",
    "rounds_in_use",
    "snapshot",
    "sources_of",
    "usable_rounds",
    "value_history",
    "values_by_class",
]
