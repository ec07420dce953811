"""What counts as an answer of a node, and what as none."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from contracts.errors import CallReverted, ChainRejected, ChainUnavailable
from contracts.rpc import BATCH_LIMIT, Rpc

REFUSED = {"code": -32_000, "message": "nonce too low"}


class Node(BaseHTTPRequestHandler):
    """A node that answers with what `answer` makes of the request."""

    protocol_version = "HTTP/1.1"
    seen: list = []

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.headers, asked))
        status, body = self.server.answer(asked)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def node():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Node.seen.clear()
    yield server
    server.shutdown()
    server.server_close()


def rpc_of(node, credentials=""):
    return Rpc(f"http://{credentials}127.0.0.1:{node.server_port}/v3/secret", timeout_s=5)


def says(node, answer, status=200):
    """Have the node give this answer, a function of what it was asked or the bytes themselves."""

    def made(asked):
        body = answer if isinstance(answer, bytes) else json.dumps(answer(asked)).encode()
        return status, body

    node.answer = made


def result(asked, value):
    return {"jsonrpc": "2.0", "id": asked["id"], "result": value}


def test_a_result_is_returned(node):
    says(node, lambda asked: result(asked, [asked["method"], asked["params"]]))

    assert rpc_of(node).request("eth_call", "0x1", True) == ["eth_call", ["0x1", True]]


def test_answers_in_another_order_go_to_their_requests(node):
    says(node, lambda asked: [result(each, each["params"][0]) for each in reversed(asked)])

    assert rpc_of(node).batch([("m", (number,)) for number in range(5)]) == [0, 1, 2, 3, 4]


def test_many_requests_go_in_several_bodies(node):
    says(node, lambda asked: [result(each, each["params"][0]) for each in asked])
    count = BATCH_LIMIT + 1

    assert rpc_of(node).batch([("m", (n,)) for n in range(count)]) == list(range(count))
    assert [len(asked) for _, asked in Node.seen] == [BATCH_LIMIT, 1]


def test_one_refusal_among_results_is_that_requests_own(node):
    says(node, lambda asked: [result(asked[0], 7), {"id": asked[1]["id"], "error": REFUSED}])

    first, second = rpc_of(node).batch([("m", ()), ("m", ())])

    assert first == 7
    assert isinstance(second, ChainRejected)
    assert "nonce too low" in str(second)


def test_an_answer_that_is_left_out_is_a_refusal_of_that_request(node):
    says(node, lambda asked: [result(asked[1], 7)])

    first, second = rpc_of(node).batch([("m", ()), ("m", ())])

    assert isinstance(first, ChainRejected)
    assert second == 7


def test_one_error_for_a_whole_list_is_the_error_of_each(node):
    says(node, lambda asked: {"id": None, "error": REFUSED})

    assert list(map(type, rpc_of(node).batch([("m", ()), ("m", ())]))) == [ChainRejected] * 2


def test_a_revert_is_told_by_its_name(node):
    data = "0x08c379a0" + "20".zfill(64) + "02".zfill(64) + "6e6f".ljust(64, "0")
    says(node, lambda asked: {"id": 0, "error": {"code": 3, "message": "revert", "data": data}})

    with pytest.raises(CallReverted, match="no"):
        rpc_of(node).request("eth_call")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"id": 0, "resu', b"7", b"null", b"[7]", b"[" * 200_000]
)
def test_what_is_no_answer_is_silence(node, body):
    says(node, body)

    with pytest.raises(ChainUnavailable, match="Check that it runs"):
        rpc_of(node).request("eth_chainId")


@pytest.mark.parametrize("status", [300, 404, 429, 502])
def test_any_status_but_success_is_silence(node, status):
    says(node, lambda asked: result(asked, 1), status)

    with pytest.raises(ChainUnavailable):
        rpc_of(node).request("eth_chainId")


def test_the_path_and_the_password_are_in_no_message(node):
    says(node, b"")
    rpc = rpc_of(node, "user:p%40ss@")

    with pytest.raises(ChainUnavailable) as told:
        rpc.request("eth_chainId")

    assert "secret" not in str(told.value)
    assert "ss" not in rpc.name
    assert Node.seen[0][0]["Authorization"] == "Basic dXNlcjpwQHNz"
