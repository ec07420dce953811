"""A JSON-RPC node between us and the development node: strict like geth, and a liar by seed."""

import contextlib
import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.faults.support.lies import SEND, Broken, Call, Lie, error
from tests.faults.support.pool_rules import PoolRules, Refusal, Transaction, decoded
from tests.faults.support.views import View

UPSTREAM_TIMEOUT_S = 120


class FaultyNode:
    """The proxy: `url` is what the engine is given. One request at a time, so a seed replays."""

    def __init__(self, upstream_url: str) -> None:
        self._upstream = urlsplit(upstream_url)
        self._lock = threading.Lock()
        self._connection = self._connect()
        self.lies: list[Lie] = []
        self.rng = random.Random(0)
        self.view = View()
        self.rules = PoolRules(self.ask)
        self.submitted: list[Transaction] = []
        self.asked: Counter[str] = Counter()
        self.shuffles = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._connection.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def begin(self, seed: int) -> None:
        """Forget what was told and submitted; draw by this seed from now on."""
        with self._lock:
            self.rng = random.Random(seed)
            self.view = View()
            self.rules = PoolRules(self.ask)
            self.lies, self.submitted, self.asked = [], [], Counter()
            self.shuffles = False

    def tell(self, *lies: Lie) -> None:
        """Add lies; the first that wants a call gets it."""
        self.lies += lies

    def be_honest(self) -> None:
        """End all lies; the strict rules stay."""
        with self._lock:
            self.lies, self.view, self.shuffles = [], View(), False

    def ask(self, method: str, *params: Any) -> Any:
        """Return what the node behind says, or raise its error."""
        answer = self._forward({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        if "error" in answer:
            raise Refusal(str(answer["error"].get("message")), answer["error"].get("code", 0))
        return answer["result"]

    def answer(self, body: Any) -> Any:
        """Answer one request or an array of them."""
        with self._lock:
            if not isinstance(body, list):
                return self._answer_one(body)
            # An array may be worked off, and answered, in any order.
            calls = self.rng.sample(body, k=len(body)) if self.shuffles else body
            return [self._answer_one(call) for call in calls]

    def _answer_one(self, call: Call) -> dict[str, Any]:
        self.asked[call["method"]] += 1
        if call["method"] == SEND:
            return self._send(call)
        for lie in self.lies:
            if lie.wants(call, self.rng):
                return lie(call, lambda: self._seen(call))
        return self._seen(call)

    def _seen(self, call: Call) -> dict[str, Any]:
        return self.view.shown(call, self._forward, self.ask)

    def _send(self, call: Call) -> dict[str, Any]:
        transaction = decoded(call["params"][0])
        self.submitted.append(transaction)
        told = {**call, "transaction": transaction}
        for lie in self.lies:
            if lie.wants(call, self.rng):
                return lie(told, lambda: self._admit(call, transaction))
        return self._admit(call, transaction)

    def _admit(self, call: Call, transaction: Transaction) -> dict[str, Any]:
        try:
            self.rules.admit(transaction)
        except Refusal as refusal:
            return error(call, refusal)
        answer = self._forward(call)
        if "error" not in answer:
            self.rules.added(transaction)
        return answer

    def _forward(self, call: Call) -> dict[str, Any]:
        body = json.dumps(call)
        for attempt in (1, 2):
            try:
                self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
                return json.load(self._connection.getresponse())
            except (OSError, http.client.HTTPException):
                # The node closes a connection that was idle; it is opened anew, once.
                self._connection.close()
                self._connection = self._connect()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(
            self._upstream.hostname or "", self._upstream.port, timeout=UPSTREAM_TIMEOUT_S
        )


def _handler_of(node: FaultyNode) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave in one packet: the caller would wait for the second one.
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle(self) -> None:
            # A caller that was killed says no goodbye.
            with contextlib.suppress(ConnectionError):
                super().handle()

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                self._write(200, json.dumps(node.answer(body)).encode())
            except Broken as broken:
                self._break(broken)

        def _break(self, broken: Broken) -> None:
            self.close_connection = True
            if broken.status is not None:
                self._write(broken.status, broken.body)

        def _write(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *args: object) -> None:
            """Say nothing: a test run is not a log."""

    return Handler


def hashes(transactions: Sequence[Transaction]) -> list[str]:
    """Return the hashes of transactions, in order."""
    return [transaction.hash for transaction in transactions]
