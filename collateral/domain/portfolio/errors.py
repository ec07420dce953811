"""The two ways to refuse: a whole file, in one sentence, or one row with line and reason."""

from dataclasses import dataclass

from collateral.domain.refusal import Refusal


class FileRefused(Refusal):
    """The whole file cannot be taken as a portfolio; nothing of it is imported."""


class CellError(Refusal):
    """One cell cannot be read."""


@dataclass(frozen=True)
class RowRefused:
    """One row that is skipped: where it is and why."""

    line: int
    code: str
    sentence: str
