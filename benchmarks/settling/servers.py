"""The servers of one settlement bench: a database with fsync, a broker, a chain; then nothing."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.node import BenchChain
from config.paths import POSTGRES_DATA_DIR, ROOT, RUN_DIR
from config.stack.part import STATE_DIR, Part
from config.stack.postgres import Postgres
from config.stack.redis import Redis
from config.stack.services import SETTLING, CeleryProcess

DIRECTORY_VARIABLE = "BALLAST_BENCH_DIR"
# One worker for both queues: on few cores it is back sooner than two that load the same.
QUEUES, POOL = "chain,read", 3
# A killed process is gone at once; that its parent has not yet taken note of it means nothing.
DEATH_TIMEOUT_S = 10
# More memory for what is written than an idle machine wants; durability stays as it is.
POSTGRES_OPTIONS = {"shared_buffers": "256MB", "max_wal_size": "4GB", "wal_compression": "on"}


@dataclass(kw_only=True)
class SettlementChain(BenchChain):
    """A chain for many blocks: it keeps the states of few."""

    def options(self) -> dict[str, str]:
        return {**super().options(), "prune-history": "16"}


def inside() -> bool:
    """Tell whether this process runs among the servers of a bench."""
    return DIRECTORY_VARIABLE in os.environ


def run_inside(arguments: Sequence[str]) -> int:
    """Start the servers, run the same command among them, stop them and remove what they wrote."""
    with TemporaryDirectory(prefix="ballast-bench-") as directory, _servers(directory) as extra:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(command, env={**os.environ, **extra}, check=False).returncode


@contextmanager
def _servers(directory: str) -> Iterator[dict[str, str]]:
    mark = os.getpid()
    data_dir = POSTGRES_DATA_DIR.with_name(f"bench-{mark}")
    run_dir, socket = RUN_DIR / f"bench-{mark}", RUN_DIR / f"bench-{mark}.sock"
    database = Postgres(
        name=f"bench-postgres-{mark}", data_dir=data_dir, run_dir=run_dir, options=POSTGRES_OPTIONS
    )
    broker = Redis(name=f"bench-redis-{mark}", socket=socket)
    chain = SettlementChain(
        name=f"bench-chain-{mark}", label="The bench's chain", directory=Path(directory) / "chain"
    )
    with ExitStack() as stack:
        for part in (database, broker, chain):
            part.use()
            stack.callback(remove, part)
        yield {
            DIRECTORY_VARIABLE: directory,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DATABASE_URL": f"postgresql://ballast@/ballast?host={run_dir}",
            "REDIS_URL": f"redis+socket://{socket}",
            "RPC_URL": chain.url,
        }
    for path in (data_dir, run_dir):
        shutil.rmtree(path, ignore_errors=True)
    socket.unlink(missing_ok=True)


def remove(part: Part) -> None:
    """Stop a server and remove its log and its records."""
    part.stop()
    for path in (part.log_path, *STATE_DIR.glob(f"{part.name}.*")):
        path.unlink(missing_ok=True)


class Workers:
    """Our own processes: Celery workers and the clock that rings them."""

    def __init__(self, profile: str = "local") -> None:
        mark = os.getpid()
        clock = ["beat", "--scheduler", "config.celery:StaticScheduler", "--pidfile", ""]
        clock += ["--schedule", "", "--loglevel", "WARNING"]
        os.environ["CHAIN_PROFILE"] = profile
        self.parts = [
            _worker(mark),
            CeleryProcess(name=f"bench-beat-{mark}", label="Beat", arguments=clock, apps=SETTLING),
        ]

    def start(self) -> None:
        for part in self.parts:
            part.launch()
        for part in self.parts:
            part.await_ready()

    def kill(self) -> None:
        """Kill every process at once, without a word of warning."""
        doomed = self.processes()
        for process in doomed:
            _kill(process)
        deadline = time.monotonic() + DEATH_TIMEOUT_S
        while any(map(_lives, doomed)) and time.monotonic() < deadline:
            time.sleep(0.01)
        for part in self.parts:
            part.release()
        # Their keepers end with them; until then a start would find them kept.
        while any(part.is_kept() for part in self.parts) and time.monotonic() < deadline:
            time.sleep(0.01)

    def kill_one(self, number: int) -> None:
        """Kill one process of the workers' pool; the pool makes a new one."""
        pool = [each for each in self.processes() if each.ppid() != os.getpid()]
        children = [each for each in pool if not _children(each)]
        if children:
            _kill(children[number % len(children)])

    def stop(self) -> None:
        for part in reversed(self.parts):
            remove(part)

    def processes(self) -> list[psutil.Process]:
        """Return the processes of ours, without the keepers that hold them."""
        return [process for mine in self.processes_by_part().values() for process in mine]

    def processes_by_part(self) -> dict[str, list[psutil.Process]]:
        """Return the processes of each part by its label."""
        return {
            part.label: _children_of(part.keeper.pid)
            for part in self.parts
            if part.keeper is not None
        }


def _worker(mark: int) -> CeleryProcess:
    options = ["--queues", QUEUES, "--concurrency", str(POOL), "--loglevel", "WARNING"]
    options += ["--hostname", f"bench-{mark}@ballast"]
    options += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return CeleryProcess(
        name=f"bench-worker-{mark}",
        label="Workers",
        arguments=["worker", *options],
        apps=SETTLING,
    )


def _children_of(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _children(process: psutil.Process) -> list[psutil.Process]:
    return _children_of(process.pid)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()
