"""The two ways to refuse: a whole file, in one sentence, or one row with line and reason."""

from dataclasses import dataclass


class FileRefused(ValueError):
    """The whole file cannot be taken as a portfolio; nothing of it is imported."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class CellError(ValueError):
    """One cell cannot be read."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class RowRefused:
    """One row that is skipped: where it is and why."""

    line: int
    code: str
    sentence: str
