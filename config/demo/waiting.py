"""Waiting for the workers, with a limit and a sentence when it is reached."""

import time
from collections.abc import Callable

POLL_S = 0.2


class DemoFailure(Exception):
    """A step of the demo did not come to its end; the message says which and where to look."""


def wait_until(
    *, what: str, done: Callable[[], bool], limit_s: float = 90, every_s: float = POLL_S
) -> None:
    """Return once `done()` is true, asked `every_s` seconds; raise `DemoFailure` at the limit."""
    deadline = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > deadline:
            raise DemoFailure(
                f"Waited {limit_s:.0f} s for {what}, in vain. The workers' logs are in"
                " .ballast/logs; run the same command again to continue."
            )
        time.sleep(every_s)
