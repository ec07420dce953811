"""Why a message, a key or a claim of a device is refused."""


class TelemetryError(ValueError):
    """A refusal: a stable code and a full sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
