"""Which chain a provider shows: the node's, an older state of it, or a fork of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Call = Any
Forward = Callable[[Call], dict[str, Any]]
_BLOCK_FIELDS = ("blockHash", "hash", "parentHash")


@dataclass
class View:
    """What is shown: `behind` blocks are not yet there; from `fork_at` on, hashes are others."""

    behind: int = 0
    fork_at: int | None = None
    true_hashes: dict[str, str] = field(default_factory=dict)

    def shown(self, call: Call, forward: Forward, ask: Callable[..., Any]) -> dict[str, Any]:
        """Return the answer as this view's node would give it."""
        if self.behind:
            return self._lagging(call, forward, ask)
        if self.fork_at is None:
            return forward(call)
        answer = forward({**call, "params": [self._true(one) for one in call["params"]]})
        self._refork(answer.get("result"), self.fork_at)
        return answer

    def _true(self, value: Any) -> Any:
        """Return a parameter with the node's own hash where it names a block of the fork."""
        if isinstance(value, dict) and "blockHash" in value:
            return {**value, "blockHash": self._true(value["blockHash"])}
        return self.true_hashes.get(value, value) if isinstance(value, str) else value

    def _refork(self, value: Any, first: int) -> None:
        """Give every block from `first` on another hash, wherever it is named."""
        if isinstance(value, list):
            for one in value:
                self._refork(one, first)
        if not isinstance(value, dict):
            return
        number = _number(value)
        for name in _BLOCK_FIELDS:
            is_block_hash = name != "hash" or "parentHash" in value
            of_parent = name == "parentHash"
            if value.get(name) and is_block_hash and number - of_parent >= first:
                forked = _other(value[name])
                self.true_hashes[forked] = value[name]
                value[name] = forked
        for nested in value.values():
            self._refork(nested, first)

    def _lagging(self, call: Call, forward: Forward, ask: Callable[..., Any]) -> dict[str, Any]:
        head = max(int(ask("eth_blockNumber"), 16) - self.behind, 0)
        if call["method"] == "eth_blockNumber":
            return {"jsonrpc": "2.0", "id": call.get("id"), "result": hex(head)}
        params = [hex(head) if value == "latest" else value for value in call["params"]]
        params = [_within(value, head) for value in params]
        answer = forward({**call, "params": params})
        if _number(answer.get("result")) > head or _asked(params) > head:
            empty: Any = [] if call["method"] == "eth_getLogs" else None
            return {"jsonrpc": "2.0", "id": call.get("id"), "result": empty}
        return answer


def _within(value: Any, head: int) -> Any:
    """Return a filter of logs cut to what the node knows: such nodes answer without an error."""
    if isinstance(value, dict) and "toBlock" in value:
        return {**value, "toBlock": hex(min(int(value["toBlock"], 16), head))}
    return value


def _asked(params: list[Any]) -> int:
    """Return the block that a call is about, when its first parameter says so."""
    first = params[0] if params else None
    is_number = isinstance(first, str) and first.startswith("0x") and len(first) < 18
    return int(first, 16) if is_number else -1


def _number(result: Any) -> int:
    if not isinstance(result, dict):
        return -1
    number = result.get("blockNumber") or result.get("number")
    return int(number, 16) if isinstance(number, str) else -1


def _other(block_hash: str) -> str:
    return "0x" + "f" * 8 + block_hash[10:]
