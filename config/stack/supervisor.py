"""The whole stack for one checkout: started in order, watched, and stopped in reverse order."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

import psutil
from django.conf import settings

from config.locks import try_exclusive
from config.paths import DATA_DIR
from config.stack import layout, setup
from config.stack.chain import Chain
from config.stack.errors import StackError, StackInterrupted
from config.stack.part import Part
from config.stack.services import Web, beat, worker
from config.stack.session import PARTS
from oracles.queues import VALUE_QUEUES

LOCK_FILE = DATA_DIR / "supervisor.lock"
PID_FILE = DATA_DIR / "supervisor.pid"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WATCH_INTERVAL_S = 0.5
STOPPING_LIMIT_S = 90
RESTARTABLE = frozenset({"web", "worker-chain", "worker-read", "worker-work", "beat"})
Say = Callable[[str], None]


class Stack:
    """The running parts, and the reason for which they had to stop, if there is one."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.parts: list[Part] = []
        self.failure: str | None = None
        self.stopping = False
        self.web = Web()

    @property
    def web_url(self) -> str:
        return self.web.url

    @property
    def rpc_url(self) -> str:
        return settings.RPC_URL

    def start_servers(self) -> None:
        """Start or reach the database, the broker and the chain."""
        for name, kind in PARTS.items():
            if name in settings.ENVIRONMENT.embedded:
                part = kind()
                self._start(part)
                if isinstance(part, Chain):
                    settings.RPC_URL = part.url
            else:
                self.step(f"{kind.label} by its URL", lambda name=name: setup.reach(name))

    def prepare_protocol(self) -> None:
        """Bring the contracts and the database's tables up to this version."""
        setup.check_chain_belongs_to_database()
        self.step("Contracts", setup.deploy_contracts)
        self.step("Migrations", setup.migrate)

    def start_services(self, *, workers: bool, web: bool) -> None:
        """Start our own processes, which all begin to load at once."""
        queues = (worker("chain", 2), worker("read", 1), worker("work", 2, *VALUE_QUEUES))
        services: list[Part] = [*queues, beat()] if workers else []
        services += [self.web] if web else []
        for part in services:
            self.parts.append(part)
            part.launch()
        for part in services:
            self._await(part)

    def step(self, label: str, work: Callable[[], str | None]) -> None:
        """Do one step and tell how long it took."""
        begun = time.monotonic()
        told = work() or label
        self.say(f"✓ {told} ({time.monotonic() - begun:.1f} s)")

    def watch(self) -> None:
        """Restart a process of ours once; stop everything when another part is gone."""
        restarted: set[str] = set()
        while not self.stopping:
            time.sleep(WATCH_INTERVAL_S)
            for part in self.parts:
                if self.stopping or part.is_kept():
                    continue
                if part.name in RESTARTABLE and part.name not in restarted:
                    restarted.add(part.name)
                    self._restart(part)
                else:
                    self._fail(f"{part.label} has ended. Its log is {part.log_path}.")
                    return

    def wait(self) -> None:
        """Serve until somebody asks to stop or a part fails."""
        while True:
            time.sleep(3600)

    def stop(self) -> None:
        """Stop the parts in the reverse of their order; a second Ctrl-C hurries them."""
        self.stopping = True
        _write_record(stopping=True)
        signal.signal(signal.SIGINT, self._hurry)
        for part in reversed(self.parts):
            self.current = part
            part.stop()

    def _start(self, part: Part) -> None:
        self.parts.append(part)
        part.launch()
        self._await(part)

    def _await(self, part: Part) -> None:
        def ready() -> str:
            part.await_ready()
            return part.describe()

        self.step(part.label, ready)

    def _restart(self, part: Part) -> None:
        self.say(f"! {part.label} has ended and is started again. Its log is {part.log_path}.")
        try:
            part.release()
            part.use()
        except StackError as error:
            self._fail(str(error))

    def _fail(self, message: str) -> None:
        self.failure = message
        os.kill(os.getpid(), signal.SIGTERM)

    def _hurry(self, number: int, frame: FrameType | None) -> None:
        self.current.signal_keeper()


@contextmanager
def running_stack(
    *, reset: bool = False, workers: bool = True, web: bool = True, say: Say | None = None
) -> Iterator[Stack]:
    """Run the whole stack for the length of the block.

    Raises `StackError` when a part fails, then or later, and `StackInterrupted` when the process
    is asked to stop; either way everything is stopped in order first.
    """
    stack = Stack(say or _say)
    with _only_one():
        _listen(stack)
        try:
            _bring_up(stack, reset=reset, workers=workers, web=web)
            threading.Thread(target=stack.watch, daemon=True).start()
            yield stack
        except StackInterrupted:
            if stack.failure:
                raise StackError(stack.failure) from None
            raise
        finally:
            stack.stop()


def _bring_up(stack: Stack, *, reset: bool, workers: bool, web: bool) -> None:
    if reset:
        _stop_servers()
        stack.step("Data removed", layout.reset)
    layout.check()
    stack.start_servers()
    stack.prepare_protocol()
    stack.start_services(workers=workers, web=web)


def stop_running(timeout_s: float = 90.0) -> bool:
    """Stop the stack that runs in this checkout; tell whether there was one."""
    supervisor = _recorded_supervisor()
    if supervisor is None:
        return _stop_servers()
    supervisor.terminate()
    psutil.wait_procs([supervisor], timeout=timeout_s)
    return True


def _stop_servers() -> bool:
    """Stop servers that commands of this checkout still hold."""
    kept = [part for kind in PARTS.values() if (part := kind()).is_kept()]
    for part in kept:
        part.stop()
    return bool(kept)


@contextmanager
def _only_one() -> Iterator[None]:
    """Refuse a second stack in the same checkout; the lock ends with the process."""
    DATA_DIR.mkdir(exist_ok=True)
    lock = try_exclusive(LOCK_FILE) or _when_stopped()
    _write_record()
    try:
        yield
    finally:
        _forget(PID_FILE, lock)


def _when_stopped() -> IO[str]:
    """Return the lock of a stack that is just stopping; refuse to start beside one that runs."""
    deadline = time.monotonic() + STOPPING_LIMIT_S
    while time.monotonic() < deadline and (not PID_FILE.exists() or _record().get("stopping")):
        if lock := try_exclusive(LOCK_FILE):
            return lock
        time.sleep(0.1)
    raise StackError(
        "A stack of this checkout is running already. Use it, or stop it with 'make stop'."
    )


def _write_record(**more: bool) -> None:
    me = psutil.Process()
    PID_FILE.write_text(json.dumps({"pid": me.pid, "started": me.create_time(), **more}))


def _record() -> dict:
    try:
        return json.loads(PID_FILE.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def _forget(pid_file: Path, lock: IO[str]) -> None:
    pid_file.unlink(missing_ok=True)
    lock.close()


def _recorded_supervisor() -> psutil.Process | None:
    """Return the running supervisor; a pid that another process has since got is not it."""
    record = _record()
    try:
        process = psutil.Process(record["pid"])
    except (KeyError, psutil.NoSuchProcess):
        return None
    return process if process.create_time() == record["started"] else None


def _listen(stack: Stack) -> None:
    def interrupt(number: int, frame: FrameType | None) -> None:
        for other in STOP_SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        raise StackInterrupted

    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)


def _say(line: str) -> None:
    print(line, file=sys.stdout, flush=True)
