"""Refusals of the domain: a code for programs and a full sentence for people."""


class LendingRefused(Exception):
    """The request breaks a rule of lending; the message says which and what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
