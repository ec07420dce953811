"""Everything that is read of oracles."""

from oracles.selectors.dispersion import AssetSpread, Dispersion, SourceSpread, dispersion
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
    next_is,
    open_round_progress,
    signers,
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
    "AssetSpread",
    "ClassValue",
    "Dispersion",
    "NewWord",
    "ProvenValue",
    "ProvenValues",
    "RoundProgress",
    "SourceOpinion",
    "SourceSpread",
    "UsableRound",
    "ValueMove",
    "ValuePoint",
    "ValueProof",
    "dispersion",
    "last_move",
    "leaves",
    "newest_round",
    "newest_values",
    "next_is",
    "open_round_progress",
    "proofs",
    "proven_value",
    "proven_values",
    "rounds_in_use",
    "signers",
    "snapshot",
    "sources_of",
    "usable_rounds",
    "value_history",
    "values_by_class",
]
