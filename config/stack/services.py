"""Our own processes: the web server, the Celery workers and the clock that rings them."""

import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from config.paths import ROOT
from config.schedule import CHAIN_QUEUE, READ_QUEUE
from config.stack.part import STATE_DIR, Part
from config.stack.ports import choose_port, remembered_port

READY_FILE_VARIABLE = "BALLAST_READY_FILE"
APPS_VARIABLE = "WORKER_APPS"
# What sends and follows, and the clock, need no other app's tasks: they are back sooner.
SETTLING = ("settlement",)


@dataclass(kw_only=True)
class Web(Part):
    """The portal and the admin behind gunicorn, on the loopback interface."""

    name: str = "web"
    label: str = "The web server"
    stop_timeout_s: int = 10
    port: int = field(default_factory=lambda: remembered_port("web"))

    def command(self) -> Sequence[str]:
        options = ["--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread"]
        options += ["--workers", "1", "--threads", "8", "--graceful-timeout", "5"]
        options += ["--worker-tmp-dir", str(STATE_DIR), "--no-control-socket"]
        return [sys.executable, "-m", "gunicorn", *options, "config.wsgi:application"]

    def prepare(self) -> None:
        self.port = choose_port("web")
        # WhiteNoise warns of a directory that is not there.
        settings.STATIC_ROOT.mkdir(exist_ok=True)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/livez", timeout=5) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def describe(self) -> str:
        return f"Portal at {self.url}/"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(kw_only=True)
class CeleryProcess(Part):
    """A Celery process; it makes a file when it is ready (see `config.celery`).

    One that does not end soon is killed: every task may be, and is done again.
    """

    stop_timeout_s: int = 8
    arguments: Sequence[str] = ()
    apps: Sequence[str] = ()
    """Whose tasks it loads; all, when there are none."""

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", "celery", "-A", "config", *self.arguments]

    def prepare(self) -> None:
        self.ready_file.unlink(missing_ok=True)

    def environment(self) -> dict[str, str]:
        told = {READY_FILE_VARIABLE: str(self.ready_file), "PYTHONPATH": str(ROOT)}
        return told | ({APPS_VARIABLE: ",".join(self.apps)} if self.apps else {})

    def is_ready(self) -> bool:
        return self.ready_file.exists()

    @property
    def ready_file(self) -> Path:
        return STATE_DIR / f"{self.name}.ready"


def worker(queue: str, concurrency: int, *more: str) -> CeleryProcess:
    """Return a worker for one queue, and more where they are quiet, with its own processes."""
    queues = ",".join((queue, *more))
    arguments = ["worker", "--queues", queues, "--concurrency", str(concurrency)]
    arguments += ["--hostname", f"{queue}@ballast", "--loglevel", "WARNING"]
    arguments += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return CeleryProcess(
        name=f"worker-{queue}",
        label=f"Worker '{queue}' ({concurrency})",
        arguments=arguments,
        apps=SETTLING if queue in (CHAIN_QUEUE, READ_QUEUE) else (),
    )


def beat() -> CeleryProcess:
    """Return the clock; it keeps no memory of rings, so that none is made up for after a pause."""
    arguments = ["beat", "--scheduler", "config.celery:StaticScheduler", "--pidfile", ""]
    arguments += ["--schedule", "", "--loglevel", "WARNING"]
    return CeleryProcess(name="beat", label="Beat", arguments=arguments, apps=SETTLING)
