"""Why a source could not be read."""


class SourceFailed(Exception):
    """A source gave nothing usable; ``code`` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
