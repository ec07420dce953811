"""Advisory file locks: the kernel drops them when their holder ends, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold the lock for the length of the block, waiting for it if need be."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def try_exclusive(path: Path) -> IO[str] | None:
    """Return the open file that holds the lock, or None when another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def shared(path: Path) -> IO[str]:
    """Return an open file that holds a shared lock; closing it gives the lock back."""
    file = path.open("a")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file
