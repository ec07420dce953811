"""Named points at which a test lets this process die: `FAIL_AT=name:n`, at the n-th passing.

A process that dies here writes nothing more and releases nothing, as after `kill -9`. Where the
variable is unset a point costs one comparison.
"""

import os

KILLED = 137


class _Armed:
    """The one point that is armed, and how often it is still passed unharmed."""

    def __init__(self, text: str) -> None:
        self.name, _, count = text.partition(":")
        self.passes_left = int(count or 1)


_armed = _Armed(os.environ.get("FAIL_AT", ""))


def arm(text: str) -> None:
    """Arm a point of this process, as `FAIL_AT` does; an empty text disarms."""
    global _armed
    _armed = _Armed(text)


def reached(name: str) -> None:
    """Die here if this is the armed point and its time has come."""
    if name != _armed.name:
        return
    _armed.passes_left -= 1
    if _armed.passes_left <= 0:
        os._exit(KILLED)
