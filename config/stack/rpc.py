"""The few node calls that the stack itself makes; the application's are in `contracts`."""

import json
import urllib.request
from typing import Any


class NodeUnreachable(Exception):
    """The node gave no usable answer."""


def call(url: str, method: str, *parameters: Any, timeout_s: float = 5.0) -> Any:
    """Return the result of one JSON-RPC call."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as response:
            answer = json.load(response)
    except (OSError, ValueError) as error:
        raise NodeUnreachable(str(error)) from error
    if not isinstance(answer, dict) or "result" not in answer:
        raise NodeUnreachable(str(answer)[:200])
    return answer["result"]
