"""A kept server lives as long as its users, and no longer."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from config.stack import part as part_module
from config.stack.errors import StackError
from config.stack.part import Part

USER = """
import sys, time
from config.stack import part as module
from pathlib import Path
directory = Path(sys.argv[1])
module.STATE_DIR, module.LOG_DIR = directory, directory
from tests.integration.config.test_keeper import Sleeper
Sleeper(directory=directory).use()
print("in use", flush=True)
time.sleep(60)
"""


class Sleeper(Part):
    """A server that does nothing but say that it is there, and that it was stopped in order."""

    def __init__(self, *, directory: Path, body: str | None = None) -> None:
        super().__init__(name="sleeper", label="The sleeper", ready_within_s=60)
        self.directory = directory
        self.body = body or (
            "import signal, sys, time, pathlib\n"
            f"d = pathlib.Path({str(directory)!r})\n"
            "def end(*_): (d / 'ended').touch(); sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, end)\n"
            "(d / 'ready').touch()\n"
            "time.sleep(60)\n"
        )

    def command(self) -> list[str]:
        return [sys.executable, "-S", "-c", self.body]

    def prepare(self) -> None:
        (self.directory / "ready").unlink(missing_ok=True)

    def is_ready(self) -> bool:
        return (self.directory / "ready").exists()


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(part_module, "STATE_DIR", tmp_path)
    monkeypatch.setattr(part_module, "LOG_DIR", tmp_path)
    return tmp_path


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def user_process(directory: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(directory)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in use\n"
    return process


def test_the_server_stops_in_order_when_its_last_user_releases_it(directory: Path) -> None:
    first, second = Sleeper(directory=directory), Sleeper(directory=directory)
    first.use()
    second.use()

    first.release()
    still_there = first.is_kept()
    second.release()

    assert still_there
    assert wait_for(lambda: not second.is_kept())
    assert (directory / "ended").exists()


def test_the_server_stops_in_order_when_its_user_is_killed(directory: Path) -> None:
    user = user_process(directory)

    user.kill()
    user.wait()

    assert wait_for((directory / "ended").exists)
    assert wait_for(lambda: not Sleeper(directory=directory).is_kept())


def test_the_server_stops_in_order_when_its_keeper_is_killed(directory: Path) -> None:
    server = Sleeper(directory=directory)
    server.use()

    os.kill(server.keeper.pid, signal.SIGKILL)

    assert wait_for((directory / "ended").exists)
    server.release()


def test_a_stopped_server_can_be_used_again(directory: Path) -> None:
    server = Sleeper(directory=directory)
    server.use()
    server.stop()

    server.use()

    assert server.is_kept()
    server.stop()
    assert not psutil.pid_exists(server.keeper.pid) or server.keeper.wait() == 0


def test_a_server_that_cannot_start_says_why_and_where_to_look(directory: Path) -> None:
    server = Sleeper(directory=directory, body="import sys; sys.exit('no such disk')")

    with pytest.raises(StackError) as caught:
        server.use()

    assert "no such disk" in str(caught.value)
    assert str(directory / "sleeper.log") in str(caught.value)
    assert not server.is_kept()
