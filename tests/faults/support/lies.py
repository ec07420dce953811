"""What real providers do to their callers; each lie is told to some calls, drawn by a seed."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.support.pool_rules import Refusal

SEND = "eth_sendRawTransaction"
RECEIPT = "eth_getTransactionReceipt"
BLOCK_RECEIPTS = "eth_getBlockReceipts"
LOGS = "eth_getLogs"

Call = Mapping[str, Any]
Forward = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Broken(Exception):
    """The whole HTTP answer is not what it should be; no status means: the line is cut."""

    status: int | None = None
    body: bytes = b""


@dataclass
class Lie:
    """Something told instead of the truth, to calls of some methods."""

    name: str
    methods: Sequence[str]
    tell: Callable[[Call, Forward], dict[str, Any]]
    chance: float = 1.0
    times: int | None = None
    first: int = 0
    passed: int = field(default=0)
    told: int = field(default=0)

    def wants(self, call: Call, rng: random.Random) -> bool:
        """Decide, by the seed, whether this call is lied to."""
        if self.methods and call["method"] not in self.methods:
            return False
        if self.times is not None and self.told >= self.times:
            return False
        self.passed += 1
        return self.passed > self.first and rng.random() < self.chance

    def __call__(self, call: Call, forward: Forward) -> dict[str, Any]:
        self.told += 1
        return self.tell(call, forward)


# No method named: every one.
ANY: tuple[str, ...] = ()


def nth(lie: Lie, number: int) -> Lie:
    """Return a lie that is told once, after so many calls were answered honestly."""
    lie.first, lie.times = number, 1
    return lie


def result(call: Call, value: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call.get("id"), "result": value}


def error(call: Call, refusal: Refusal) -> dict[str, Any]:
    said = {"code": refusal.code, "message": refusal.message}
    return {"jsonrpc": "2.0", "id": call.get("id"), "error": said}


def unreachable(*methods: str, **when: Any) -> Lie:
    """Nothing is forwarded; the gateway says 502."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        raise Broken(502, b"<html>Bad Gateway</html>")

    return Lie("502 before the node", methods, tell, **when)


def accepted_then_502(*methods: str, **when: Any) -> Lie:
    """The node takes it; the gateway says 502 all the same."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        forward()
        raise Broken(502, b"<html>Bad Gateway</html>")

    return Lie("502 after the node accepted", methods, tell, **when)


def accepted_then_cut(*methods: str, **when: Any) -> Lie:
    """The node takes it; the line is cut before its answer."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        forward()
        raise Broken

    return Lie("cut after the node accepted", methods, tell, **when)


def truncated(*methods: str, **when: Any) -> Lie:
    """The answer ends in its middle."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        answer = json.dumps(forward()).encode()
        raise Broken(200, answer[: len(answer) // 2])

    return Lie("answer cut short", methods, tell, **when)


def silently_dropped(**when: Any) -> Lie:
    """The hash is given; nothing is sent to anybody."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        return result(call, "0x" + _hash_of(call))

    return Lie("hash given, transaction dropped", [SEND], tell, **when)


def refused_after_accepting(message: str, code: int = -32_000, **when: Any) -> Lie:
    """The node takes it; the caller is told an error."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        forward()
        return error(call, Refusal(message, code))

    return Lie(f"accepted, said '{message}'", [SEND], tell, **when)


def refused(message: str, *methods: str, code: int = -32_000, **when: Any) -> Lie:
    """Nothing is forwarded; the caller is told an error."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        return error(call, Refusal(message, code))

    return Lie(f"refused with '{message}'", methods or [SEND], tell, **when)


def nothing_known(*methods: str, **when: Any) -> Lie:
    """The answer is null, as from a node that has not indexed the block yet."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        return result(call, None)

    return Lie("null instead of an answer", methods or [RECEIPT, BLOCK_RECEIPTS], tell, **when)


def without_logs(*methods: str, **when: Any) -> Lie:
    """Receipts are given, and say success, but their logs are left out."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        answer = forward()
        found = answer.get("result") or []
        for receipt in found if isinstance(found, list) else [found]:
            receipt["logs"] = []
        return answer

    return Lie("receipts without logs", methods or [RECEIPT, BLOCK_RECEIPTS], tell, **when)


def meanwhile(act: Callable[[], object], **when: Any) -> Lie:
    """Somebody else is quicker: acts after all checks, just before the transaction arrives."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        act()
        return forward()

    return Lie("somebody was quicker", [SEND], tell, **when)


def logs_missing(**when: Any) -> Lie:
    """Some logs, or all, of a valid answer are left out."""
    rng = random.Random(0)

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        answer = forward()
        if answer.get("result"):
            answer["result"].pop(rng.randrange(len(answer["result"])))
        return answer

    return Lie("a log is left out", [LOGS], tell, **when)


def too_many_requests(**when: Any) -> Lie:
    """The provider limits the rate of requests."""

    def tell(call: Call, forward: Forward) -> dict[str, Any]:
        raise Broken(429, b'{"error": "Too Many Requests"}')

    return Lie("429", [], tell, **when)


def _hash_of(call: Call) -> str:
    return call["transaction"].hash[2:]
