"""JSON-RPC over HTTP, one request or many in one body, with our own errors."""

import json
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from contracts.abi import decode_revert
from contracts.errors import ChainError, ChainRejected, ChainUnavailable
from contracts.http import FAILURES, Connection

Call = tuple[str, Sequence[Any]]

TIMEOUT_S = 20
BATCH_LIMIT = 100
_LEFT_OUT = {"error": {"code": 0, "message": "it left out this answer"}}
_EXECUTION_REVERTED = 3


class Rpc:
    """A connection to one node. It never repeats a request by itself."""

    def __init__(self, url: str, timeout_s: float | tuple[float, float] = TIMEOUT_S) -> None:
        self.url = url
        self.nodes = (self,)
        self._connection = Connection(url, timeout_s)

    @property
    def name(self) -> str:
        """The address without its path, which may hold a key."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    def request(self, method: str, *params: Any) -> Any:
        """Return the result of one request, or raise the error that the node gave."""
        return strict(self._asked([(method, params)], itemgetter(0)))[0]

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Return a result or a `ChainError` for each call, in order."""
        results: list[Any] = []
        for start in range(0, len(calls), BATCH_LIMIT):
            results += self._asked(calls[start : start + BATCH_LIMIT], list)
        return results

    def batch_strict(self, calls: Sequence[Call]) -> list[Any]:
        """Return the results of all calls; the first error is raised."""
        return strict(self.batch(calls))

    def each(self, calls: Sequence[Call]) -> list[list[Any]]:
        """Return what every node says: this one alone."""
        return [self.batch_strict(calls)]

    def _asked(self, calls: Sequence[Call], body: Callable[[list[Any]], Any]) -> list[Any]:
        """Return a result or a `ChainError` for each call; `body` makes one of the requests."""
        requests = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(calls)
        ]
        try:
            answered = self._connection.post_json(json.dumps(body(requests)).encode())
            return _in_order(json.loads(answered), len(calls))
        except FAILURES as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> ChainUnavailable:
        return ChainUnavailable(
            f"The chain node at {self.name} gave no answer ({type(error).__name__}). "
            "Check that it runs and that RPC_URL is right."
        )


def strict(results: list[Any]) -> list[Any]:
    """Return the results, or raise the first error among them."""
    for result in results:
        if isinstance(result, ChainError):
            raise result
    return results


def _in_order(answer: Any, count: int) -> list[Any]:
    """Return what was answered to each request by its number, in whatever order it came.

    One answer that is no list was given to all. Raises `ValueError` for what is no answer at all.
    """
    if isinstance(answer, dict):
        return [_result_or_error(answer)] * count
    if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
        raise ValueError("neither an answer nor a list of answers")
    by_id = {str(each.get("id")): each for each in answer}
    return [_result_or_error(by_id.get(str(number), _LEFT_OUT)) for number in range(count)]


def _result_or_error(response: dict[str, Any]) -> Any:
    try:
        return _result(response)
    except ChainError as error:
        return error


def _result(response: dict[str, Any]) -> Any:
    error = response.get("error")
    if error is None:
        return response.get("result")
    if not isinstance(error, dict):
        raise ChainRejected(0, str(error))
    data = error.get("data")
    if isinstance(data, str) and data.startswith("0x") and _is_revert(error):
        raise decode_revert(bytes.fromhex(data[2:]))
    raise ChainRejected(int(error.get("code") or 0), str(error.get("message", "no message")))


def _is_revert(error: dict[str, Any]) -> bool:
    return error.get("code") == _EXECUTION_REVERTED or "revert" in str(error.get("message"))
