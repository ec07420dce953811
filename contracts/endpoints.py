"""Several nodes as one: another is asked when one gives no answer or refuses."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from contracts.errors import ChainError, ChainRejected, ChainUnavailable
from contracts.rpc import Rpc, strict

logger = logging.getLogger(__name__)
# Where another node can answer, nobody waits as long for one: to connect, and for an answer.
TIMEOUTS_S = (2.0, 8.0)
_FAILURES_UNTIL_PASSED_OVER = 2
_SHORTEST_S, _LONGEST_S = 5.0, 60.0
_NONE_NAMED = ChainUnavailable("RPC_URL names no node.")
_UNASKED = ChainRejected(0, "nobody was asked")


@dataclass(slots=True)
class Health:
    """How a node has answered of late. Only silence counts against it: a refusal is an answer."""

    failures: int = 0
    passed_over_until: float = 0.0

    def answered(self) -> None:
        self.failures, self.passed_over_until = 0, 0.0

    def failed(self, now: float) -> None:
        """Count a silence; from the second on the node is passed over, each time for longer."""
        self.failures += 1
        beyond = self.failures - _FAILURES_UNTIL_PASSED_OVER
        if beyond >= 0:
            self.passed_over_until = now + min(_SHORTEST_S * 2.0**beyond, _LONGEST_S)

    def is_good(self, now: float) -> bool:
        return now >= self.passed_over_until


class Endpoints:
    """Asks the first node that answers; stays with it until it is silent or refuses."""

    def __init__(self, nodes: Sequence[Rpc], clock: Callable[[], float] = time.monotonic) -> None:
        self.nodes = tuple(nodes)
        self._health = {node: Health() for node in self.nodes}
        self._clock = clock

    @property
    def url(self) -> str:
        """The addresses as RPC_URL names them."""
        return ",".join(node.url for node in self.nodes)

    def request(self, method: str, *params: Any) -> Any:
        """Return the first result that a node gives, or raise the first refusal, else silence.

        A revert is the contract's answer, not the node's, and is raised at once.
        """
        refusal: ChainError | None = None
        silence: ChainError | None = None
        for node in self._in_turn():
            try:
                with self._noting(node):
                    return node.request(method, *params)
            except ChainUnavailable as error:
                silence = silence or error
            except ChainRejected as error:
                refusal = refusal or error
        raise refusal or silence or _NONE_NAMED

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Return a result or a `ChainError` for each call; what one refuses another is asked."""
        found: dict[int, Any] = {}
        silence: ChainError = _NONE_NAMED
        for node in self._in_turn():
            wanted = [n for n in range(len(calls)) if not _is_answer(found.get(n, _UNASKED))]
            if not wanted:
                break
            try:
                with self._noting(node):
                    answers = node.batch([calls[number] for number in wanted])
            except ChainUnavailable as error:
                silence = error
                continue
            for number, answer in zip(wanted, answers, strict=True):
                if number not in found or _is_answer(answer):
                    found[number] = answer
        if len(found) < len(calls):
            raise silence
        return [found[number] for number in range(len(calls))]

    def batch_strict(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Return the results of all calls; the first error is raised."""
        return strict(self.batch(calls))

    def each(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Any]]:
        """Return what every node in good health says; raise when none does."""
        said: list[list[Any]] = []
        silence: ChainError = _NONE_NAMED
        now = self._clock()
        good = [node for node in self.nodes if self._health[node].is_good(now)]
        for node in good or self.nodes:
            try:
                with self._noting(node):
                    said.append(node.batch_strict(calls))
            except ChainError as error:
                silence = error
        if not said:
            raise silence
        return said

    def broadcast(
        self,
        calls: Sequence[tuple[str, Sequence[Any]]],
        hashes: Sequence[str],
        *,
        everywhere: bool,
    ) -> list[Any]:
        """Hand transactions to a node, and what it does not take to the next; never raise.

        Taken is what a node names by the right hash. With `everywhere` every node gets all.
        """
        found: dict[int, Any] = {}
        for node in self._in_turn():
            wanted = [n for n in range(len(calls)) if everywhere or found.get(n) != hashes[n]]
            if not wanted:
                break
            answers = self._answers(node, [calls[number] for number in wanted])
            for number, answer in zip(wanted, answers, strict=True):
                if answer == hashes[number] or number not in found:
                    found[number] = answer
        return [
            each if each == expected or isinstance(each, ChainError) else _misnamed(each)
            for each, expected in zip((found[n] for n in range(len(calls))), hashes, strict=True)
        ]

    def _answers(self, node: Rpc, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        try:
            with self._noting(node):
                return node.batch(calls)
        except ChainUnavailable as error:
            return [error] * len(calls)

    def _in_turn(self) -> list[Rpc]:
        """Return the nodes to ask: those in good health first, in their order."""
        now = self._clock()
        return sorted(self.nodes, key=lambda node: not self._health[node].is_good(now))

    @contextmanager
    def _noting(self, node: Rpc) -> Iterator[None]:
        """Note whether a node gave an answer; a refusal is one."""
        health = self._health[node]
        try:
            yield
        except ChainUnavailable:
            health.failed(self._clock())
            logger.warning("%s gave no answer, %d times now.", node.name, health.failures)
            raise
        except ChainError:
            health.answered()
            raise
        health.answered()


def by_most(views: Sequence[Mapping[str, Any] | None]) -> str | None:
    """Return the hash that more than half of those nodes show that have the block, or None."""
    votes = Counter(str(view["hash"]) for view in views if view)
    found, count = votes.most_common(1)[0] if votes else (None, 0)
    return found if 2 * count > votes.total() else None


def head_of(node: Rpc) -> int | None:
    """Return a node's newest block, or None when it does not answer."""
    try:
        return int(node.request("eth_blockNumber"), 16)
    except ChainError:
        return None


def _is_answer(each: Any) -> bool:
    return not isinstance(each, ChainRejected)


def _misnamed(answer: Any) -> ChainRejected:
    return ChainRejected(0, f"it named what it was sent {str(answer)[:66]}, which is wrong")


def endpoints(urls: str) -> Rpc | Endpoints:
    """Return what asks the node, or the nodes, that a comma-separated list names."""
    named = [url.strip() for url in urls.split(",") if url.strip()]
    if len(named) == 1:
        return Rpc(named[0])
    return Endpoints([Rpc(url, TIMEOUTS_S) for url in named])
