"""What a benchmark says when it cannot measure."""


class BenchFailed(Exception):
    """A transaction of the set-up or of the measurement had no effect."""
