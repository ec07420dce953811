"""How many proofs a second the web server gives, one by one and many at once."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from tempfile import TemporaryDirectory

from benchmarks.errors import BenchFailed
from collateral.domain.merkle import verify
from config.paths import ROOT

CONNECTIONS = 8
_SECONDS = 5.0
_READY_WITHIN_S = 120
_BULK = 500


@contextmanager
def web_server(environment: Mapping[str, str]) -> Iterator[int]:
    """Run the product's web server, a process for each core; give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory(prefix="ballast-bench-") as directory:
        options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4"]
        options += ["--workers", str(os.cpu_count() or 1), "--worker-tmp-dir", directory]
        options += ["--no-control-socket", "--timeout", "120", "--log-level", "error"]
        command = [sys.executable, "-m", "gunicorn", *options, "config.wsgi:application"]
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
        try:
            _await(port, server)
            yield port
        finally:
            server.terminate()
            server.wait()


def proofs_per_second(port: int, ids: Sequence[int]) -> float:
    """Return single proofs a second, over kept-alive connections; a sample is verified."""
    for one in ids[: 4 * CONNECTIONS]:
        _check(_get(port, one))
    share = len(ids) // CONNECTIONS
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        started = time.perf_counter()
        until = started + _SECONDS
        done = sum(
            pool.map(
                lambda n: _ask(port, ids[n * share : (n + 1) * share], until), range(CONNECTIONS)
            )
        )
        return done / (time.perf_counter() - started)


def bulk_proofs_per_second(port: int, ids: Sequence[int]) -> float:
    """Return proofs a second where one request asks for five hundred."""
    done, started = 0, time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port)
    for start in range(0, min(len(ids), 20 * _BULK), _BULK):
        asked = [str(one) for one in ids[start : start + _BULK]]
        connection.request("POST", "/api/v1/proofs", json.dumps({"ids": asked}))
        done += len(json.loads(connection.getresponse().read())["values"])
    connection.close()
    return done / (time.perf_counter() - started)


def _ask(port: int, ids: Sequence[int], until: float) -> int:
    """Ask for one proof after another on one connection; return how many came."""
    done = 0
    with socket.create_connection(("127.0.0.1", port)) as line:
        for one in ids:
            if time.perf_counter() > until:
                break
            line.sendall(b"GET /api/v1/assets/%d/proof HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % one)
            _read_answer(line)
            done += 1
    return done


def _read_answer(line: socket.socket) -> bytes:
    """Return the body of one answer, which must be a proof."""
    data = line.recv(65_536)
    while b"\r\n\r\n" not in data:
        data += _more(line)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise BenchFailed(f"The server answered {head[:60]!r}.")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(line)
    return body


def _more(line: socket.socket) -> bytes:
    data = line.recv(65_536)
    if not data:
        raise BenchFailed("The server closed the connection within an answer.")
    return data


def _get(port: int, asset_id: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"GET /api/v1/assets/%d/proof HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % asset_id)
        return _read_answer(line)


def _check(body: bytes) -> None:
    answer = json.loads(body)
    root, leaf, *proof = (
        bytes.fromhex(text[2:]) for text in (answer["root"], answer["leaf_hash"], *answer["proof"])
    )
    if not verify(root=root, leaf=leaf, proof=proof):
        raise BenchFailed(f"The proof of asset {answer['leaf']['assetId']} is wrong.")


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise BenchFailed("The web server did not start.")
