"""What can go wrong with observations and rounds, each with a code and a sentence."""


class OracleError(ValueError):
    """An oracle rule was broken; ``code`` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ObservationRefused(OracleError):
    """An observation that may not move a value."""


class SnapshotInvalid(OracleError):
    """Bytes that are not a snapshot, or not one that these models can value."""


class RoundRefused(OracleError):
    """A step of a round that may not be taken now, or with these signatures."""
