"""A source on the loopback interface that behaves as it is told."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from oracles.sources.adapters import Asking
from oracles.sources.fetching import Fetcher, Limits
from tests.unit.oracles.factories import NOW


class Source(BaseHTTPRequestHandler):
    """Answers from ``server.answer``, a function of this handler."""

    def do_GET(self):
        self.server.asked.append(self.path)
        with suppress(OSError):
            self.server.answer(self)

    def reply(self, body=b"{}", *, status=200, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    made.daemon_threads = True
    made.block_on_close = False
    made.asked, made.over = [], threading.Event()
    made.answer = lambda handler: handler.reply()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.over.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def url(server):
    return f"http://source.example:{server.server_port}/prices"


@pytest.fixture
def make_fetcher():
    """Fetchers as in the product, but for a name that leads to this machine."""

    def make(hosts=frozenset({"source.example"}), **fields):
        usual = {
            "limits": Limits(max_bytes=100_000, timeout_s=30),
            "schemes": frozenset({"http"}),
            "resolve": lambda host, port: ["127.0.0.1"],
            "is_public": lambda address: address == "127.0.0.1",
        }
        return Fetcher(hosts=hosts, **usual | fields)

    return make


@pytest.fixture
def make_asking(make_fetcher):
    """What adapters work with, but for names that lead to this machine."""

    def make(now=NOW, chain=None):
        return Asking(
            now=now,
            chain=lambda: chain,
            fetcher=lambda hosts, kinds: make_fetcher(hosts, kinds=kinds),
        )

    return make
