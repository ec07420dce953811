"""What every rule of collateral says when it refuses."""


class Refusal(ValueError):
    """A refusal: a stable code for programs and a full sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
