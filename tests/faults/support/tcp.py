"""A line between us and PostgreSQL or Redis that can be cut, slowed, or lose an answer."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable

CHUNK = 65_536
COMMIT = b"COMMIT"


class FaultyLine:
    """A TCP proxy on loopback. It passes bytes until it is told otherwise."""

    def __init__(self, upstream: Callable[[], socket.socket]) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.delay_s = 0.0
        self.refusing = False
        self.cut_before: bytes | None = None
        self.swallow_answer_to: bytes | None = None
        self.passes = 0
        self.cuts = 0
        self._losing: socket.socket | None = None
        self._answered = threading.Event()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Cut every connection now."""
        for pair in self._pairs:
            _close(pair)
        self._pairs = []

    def cut_before_next(self, text: bytes, *, passes: int = 0) -> None:
        """Cut the connection that says this after so many passes; the server does not get it."""
        self.cut_before, self.passes = text, passes

    def swallow_answer_to_next(self, text: bytes, *, passes: int = 0) -> None:
        """Pass what says this, and cut before the server's answer: the outcome is unknown."""
        self.swallow_answer_to, self.passes = text, passes

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                client.close()
                continue
            pair = client, self._upstream()
            self._pairs.append(pair)
            threading.Thread(target=self._to_server, args=pair, daemon=True).start()
            threading.Thread(target=self._to_client, args=pair, daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        while data := _received(client):
            if self._is_due(self.cut_before, data):
                self.cut_before = None
                break
            if self._is_due(self.swallow_answer_to, data):
                self._send_and_lose_the_answer(data, server, client)
                break
            time.sleep(self.delay_s)
            if not _sent(server, data):
                break
        self.cuts += 1
        _close((client, server))

    def _is_due(self, text: bytes | None, data: bytes) -> bool:
        if text is None or text not in data:
            return False
        self.passes -= 1
        return self.passes < 0

    def _to_client(self, client: socket.socket, server: socket.socket) -> None:
        while data := _received(server):
            if self._losing is server or not _sent(client, data):
                break
        self._answered.set()
        _close((client, server))

    def _send_and_lose_the_answer(
        self, data: bytes, server: socket.socket, client: socket.socket
    ) -> None:
        """Send, wait until the server has answered, and let nobody hear it."""
        self._answered = threading.Event()
        self._losing = server
        self.swallow_answer_to = None
        _sent(server, data)
        self._answered.wait(timeout=30)
        self._losing = None


def unix_socket(path: str) -> Callable[[], socket.socket]:
    """Return how to reach a server at a socket of the file system."""

    def connect() -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        line.connect(path)
        return line

    return connect


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(CHUNK)
    except OSError:
        return b""


def _sent(line: socket.socket, data: bytes) -> bool:
    try:
        line.sendall(data)
    except OSError:
        return False
    return True


def _close(pair: tuple[socket.socket, socket.socket]) -> None:
    for line in pair:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
