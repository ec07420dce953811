"""A server of the embedded stack: start it once for all who use it, and wait until it answers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from config.locks import exclusive_lock, shared, try_exclusive
from config.paths import DATA_DIR, LOG_DIR, ROOT
from config.stack.errors import StackError

KEEPER = Path(__file__).with_name("keeper.py")
STATE_DIR = DATA_DIR / "run"


@dataclass(kw_only=True)
class Part:
    """One server. Subclasses say how to start it and how to tell that it answers."""

    name: str
    label: str
    stop_signal: str = "SIGTERM"
    stop_timeout_s: int = 20
    ready_within_s: float = 60.0
    patient: bool = False
    users: IO[str] | None = field(default=None, init=False)
    keeper: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def command(self) -> Sequence[str]:
        """Return the command line that runs the server in the foreground."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Make what the server needs before it can start."""

    def is_ready(self) -> bool:
        """Tell whether the server answers a request."""
        raise NotImplementedError

    def finish(self) -> None:
        """Do what must be done once the server answers, such as making a database."""

    def owner(self) -> tuple[int, int] | None:
        """Return the user and group to run as, or None for our own."""
        return None

    def environment(self) -> dict[str, str]:
        """Return variables to add to the server's environment."""
        return {}

    def describe(self) -> str:
        """Return the words that name the running server to the user."""
        return self.label

    @property
    def log_path(self) -> Path:
        return LOG_DIR / f"{self.name}.log"

    @property
    def pid_path(self) -> Path:
        return STATE_DIR / f"{self.name}.pid"

    def use(self) -> None:
        """Begin to use the server, starting it if it does not run, and wait until it answers."""
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """Begin to use the server without waiting for its first answer."""
        STATE_DIR.mkdir(parents=True, exist_ok=True)
        LOG_DIR.mkdir(exist_ok=True)
        with exclusive_lock(STATE_DIR / f"{self.name}.start"):
            # Waits here while a keeper is still stopping the server for its last user.
            self.users = shared(STATE_DIR / f"{self.name}.users")
            if not self.is_kept():
                self._end_orphan()
                self.prepare()
                self._spawn()

    def await_ready(self) -> None:
        """Wait until the server answers; give it up when it does not."""
        try:
            self._wait_until_ready()
            self.finish()
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Stop using the server; it stops when nobody uses it."""
        if self.users is not None:
            self.users.close()
            self.users = None

    def stop(self) -> None:
        """Stop the server now, whoever uses it, and wait until it has ended."""
        self.signal_keeper()
        self.release()
        while self.is_kept():
            time.sleep(0.02)

    def signal_keeper(self) -> None:
        """Tell the keeper to stop; a second time tells it to hurry."""
        keeper = _process(self._recorded().get("keeper"))
        if keeper is not None and self.is_kept():
            keeper.terminate()

    def is_kept(self) -> bool:
        """Tell whether a keeper holds the server, whoever started it."""
        lock = try_exclusive(STATE_DIR / f"{self.name}.alive")
        if lock is None:
            return True
        lock.close()
        return False

    def _spawn(self) -> None:
        files = {
            "users": STATE_DIR / f"{self.name}.users",
            "alive": STATE_DIR / f"{self.name}.alive",
            "pid-file": self.pid_path,
        }
        keeping = [sys.executable, "-S", "-E", str(KEEPER)]
        keeping += [text for flag, path in files.items() for text in (f"--{flag}", str(path))]
        keeping += ["--stop-signal", self.stop_signal, "--stop-timeout", str(self.stop_timeout_s)]
        keeping += ["--patient"] if self.patient else []
        if owner := self.owner():
            keeping += ["--uid", str(owner[0]), "--gid", str(owner[1])]
        with self.log_path.open("ab") as log:
            self.keeper = subprocess.Popen(
                [*keeping, "--", *self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/" if owner else ROOT,
                env={**os.environ, **self.environment()},
            )
        while not self.is_kept() and self.keeper.poll() is None:
            time.sleep(0.01)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.ready_within_s
        while not self.is_ready():
            if self.keeper is not None and self.keeper.poll() is not None:
                raise StackError(self._failure("ended while it was starting"))
            if time.monotonic() > deadline:
                self.signal_keeper()
                raise StackError(self._failure(f"gave no answer in {self.ready_within_s:.0f} s"))
            time.sleep(0.03)

    def _failure(self, what: str) -> str:
        return (
            f"{self.label} {what}: {last_line(self.log_path)} The whole log is {self.log_path}. "
            "Correct what it names and run the same command again."
        )

    def _end_orphan(self) -> None:
        """End a server whose keeper was killed: only one that is provably this checkout's."""
        record = self._recorded()
        orphan = _process(record.get("server"))
        if orphan is None or record.get("command") not in _command_line(orphan):
            return
        orphan.send_signal(signal.Signals[self.stop_signal])
        psutil.wait_procs([orphan], timeout=self.stop_timeout_s)

    def _recorded(self) -> dict:
        try:
            return json.loads(self.pid_path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}


def last_line(log: Path) -> str:
    """Return the last line of a log that says something, as a sentence."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    except FileNotFoundError:
        return "it left no log."
    told = next((line for line in reversed(lines) if line), "its log is empty")
    return f"'{told[:300]}'."


def _process(pid: int | None) -> psutil.Process | None:
    try:
        return psutil.Process(pid) if pid else None
    except psutil.NoSuchProcess:
        return None


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return []
