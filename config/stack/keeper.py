"""Keep one server of the embedded stack running for as long as somebody uses it.

Every process that needs the server holds a shared lock on its `users` file. The keeper waits for
the exclusive lock: it gets it when the last user has ended, however it ended, and then stops the
server in order. So nothing is orphaned, and a killed user costs no data. Run as a program, it
needs only the standard library, so that it starts at once.
"""

import argparse
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import IO

PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int) -> Callable[[], object]:
    """Return a function for the child to call: the kernel then signals it when its parent dies."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return partial(prctl, PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


class Keeper:
    """One server process and the reasons to stop it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.stop_signal = signal.Signals[options.stop_signal]
        self.over = threading.Event()
        self.hurry = False
        self.signalled = False

    def run(self) -> int:
        """Start the server, wait until it ends or has no users, and return its exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self.child = self._start()
        threading.Thread(target=self._wait_for_child, daemon=True).start()
        threading.Thread(target=self._wait_for_last_user, daemon=True).start()
        self.over.wait()
        return self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        options = self.options
        owner = {"user": options.uid, "group": options.gid, "extra_groups": []}
        child = subprocess.Popen(
            options.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(self.stop_signal),
            **(owner if options.uid is not None else {}),
        )
        record = {"keeper": os.getpid(), "server": child.pid, "command": options.command[0]}
        Path(options.pid_file).write_text(json.dumps(record))
        return child

    def _wait_for_child(self) -> None:
        self.child.wait()
        self.over.set()

    def _wait_for_last_user(self) -> None:
        # Held until this process ends: a newcomer waits for the stop to be complete.
        self.users: IO[str] = open(self.options.users)  # noqa: SIM115
        fcntl.flock(self.users, fcntl.LOCK_EX)
        self.over.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # Only a second signal hurries; that the last user left at the same time is no second one.
        self.hurry = self.signalled and not self.options.patient
        self.signalled = True
        self.over.set()

    def _stop(self) -> int:
        """Ask the server to end; after the time-out end its whole group by force."""
        if self.child.poll() is None:
            self.child.send_signal(self.stop_signal)
        deadline = time.monotonic() + self.options.stop_timeout
        while self.child.poll() is None and time.monotonic() < deadline and not self.hurry:
            time.sleep(0.05)
        self._end_group()
        Path(self.options.pid_file).unlink(missing_ok=True)
        return self.child.wait()

    def _end_group(self) -> None:
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", required=True, help="lock file that users hold shared")
    parser.add_argument("--alive", required=True, help="lock file that the keeper holds")
    parser.add_argument("--pid-file", required=True)
    parser.add_argument("--stop-signal", default="SIGTERM")
    parser.add_argument("--stop-timeout", type=int, default=20, help="seconds")
    parser.add_argument("--patient", action="store_true", help="never hurry a stop")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Run the keeper unless another one already keeps this server."""
    options = _parse(arguments)
    with open(options.alive, "a") as alive:
        if not _locked(alive):
            print("keeper: this server is kept already", file=sys.stderr)
            return 1
        return Keeper(options).run()


def _locked(file: IO[str]) -> bool:
    """Take the lock; whoever merely tests it holds it for an instant, so try again for a while."""
    for _ in range(50):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.02)
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
