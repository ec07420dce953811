"""How our own process and its parent belong together."""

import os
import signal

from config.stack.keeper import die_with_parent

PARENT_VARIABLE = "BALLAST_STOP_WITH_PARENT"


def die_with_parent_if_asked() -> None:
    """Stop when the parent is killed, if it asked for that (make does, an editor does not)."""
    if os.environ.pop(PARENT_VARIABLE, "") == "1":
        die_with_parent(signal.SIGTERM)()
