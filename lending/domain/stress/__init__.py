"""A book of loans driven through a path of prices by the protocol's own rules."""

from lending.domain.stress.book import Book, StressLoan, Thing
from lending.domain.stress.paths import Paths, read_paths
from lending.domain.stress.simulation import Behaviour, Outcome, run

__all__ = [
    "Behaviour",
    "Book",
    "Outcome",
    "Paths",
    "StressLoan",
    "Thing",
    "read_paths",
    "run",
]
