"""JSON-RPC over HTTP, one request or many in one body, with our own errors."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from web3 import HTTPProvider
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint

from contracts.abi import decode_revert
from contracts.errors import ChainError, ChainRejected, ChainUnavailable

TIMEOUT_S = 20
BATCH_LIMIT = 100
_EXECUTION_REVERTED = 3


class Rpc:
    """A connection to one node. It never repeats a request by itself."""

    def __init__(self, url: str, timeout_s: float | tuple[float, float] = TIMEOUT_S) -> None:
        self.url = url
        self.nodes = (self,)
        # web3 would send a transaction up to five times; when to send again is our decision.
        self._provider = HTTPProvider(
            url, exception_retry_configuration=None, request_kwargs={"timeout": timeout_s}
        )

    @property
    def name(self) -> str:
        """The address without its path, which may hold a key."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    def request(self, method: str, *params: Any) -> Any:
        """Return the result of one request, or raise the error that the node gave."""
        try:
            response = self._provider.make_request(RPCEndpoint(method), list(params))
        except (requests.RequestException, Web3Exception, ValueError, OSError) as error:
            raise self._unavailable(error) from error
        return _result(response)

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Return a result or a `ChainError` for each call, in order."""
        results: list[Any] = []
        for start in range(0, len(calls), BATCH_LIMIT):
            results += self._batch(calls[start : start + BATCH_LIMIT])
        return results

    def batch_strict(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Return the results of all calls; the first error is raised."""
        return strict(self.batch(calls))

    def each(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Any]]:
        """Return what every node says: this one alone."""
        return [self.batch_strict(calls)]

    def _batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        requested = [(RPCEndpoint(method), list(params)) for method, params in calls]
        try:
            responses = self._provider.make_batch_request(requested)
        except (requests.RequestException, Web3Exception, ValueError, OSError) as error:
            raise self._unavailable(error) from error
        if not isinstance(responses, list):
            responses = [responses] * len(calls)
        return [_result_or_error(response) for response in responses]

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


def _result_or_error(response: Any) -> Any:
    try:
        return _result(response)
    except ChainError as error:
        return error


def _result(response: Any) -> Any:
    error = response.get("error")
    if error is None:
        return response.get("result")
    if not isinstance(error, dict):
        raise ChainRejected(0, str(error))
    data = error.get("data")
    if isinstance(data, str) and data.startswith("0x") and _is_revert(error):
        raise decode_revert(bytes.fromhex(data[2:]))
    raise ChainRejected(int(error.get("code", 0)), str(error.get("message", "no message")))


def _is_revert(error: dict[str, Any]) -> bool:
    return error.get("code") == _EXECUTION_REVERTED or "revert" in str(error.get("message"))
