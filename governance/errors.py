"""Refusals of governance: a code for programs and a full sentence for people."""


class GovernanceRefused(ValueError):
    """What somebody wants to do with a proposal, and cannot now."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
