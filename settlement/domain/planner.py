"""From operations in order of arrival to lanes: who follows whom, and who may run beside whom.

The keys of an operation are known before it runs, so planning beats speculation: one pass over an
index by key gives the dependency graph, and list scheduling by longest path fills the lanes
(Graham: at most 2 - 1/lanes of the best; measured far closer). No pair is compared, and no lane
waits for a level to end.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from settlement.domain.access import Declared, Key

_READ, _ADD, _WRITE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Task:
    """An operation to be planned: what it touches, its gas, and the lane it is bound to, if any.

    A higher priority goes first among those that may go.
    """

    access: Declared
    gas: int
    lane: int | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """Who follows whom: by task, the earlier tasks it must not overtake. Ends in gas."""

    follows: Sequence[Sequence[int]]
    leads: Sequence[Sequence[int]]
    # Gas of the heaviest chain that begins with the task, its own included.
    chain_gas: list[int]
    # The highest priority among the task and all that must wait for it.
    urgency: Sequence[int]

    @property
    def critical_path_gas(self) -> int:
        """Gas of the heaviest chain of tasks that must run one after the other."""
        return max(self.chain_gas, default=0)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Where and when each task runs; a time is the gas that its lane has used by then."""

    lane: list[int]
    start: list[int]
    end: list[int]
    graph: Graph

    @property
    def makespan(self) -> int:
        """Gas on the lane that ends last."""
        return max(self.end, default=0)

    def order(self, lane: int) -> list[int]:
        """Return the tasks of a lane in the order in which it runs them."""
        mine = [task for task, place in enumerate(self.lane) if place == lane]
        return sorted(mine, key=lambda task: (self.start[task], task))


# Of a key: the mode of its newest run of accesses that do not mind each other, who is in that
# run, and who is in the run before it. Lists, because this is the inner loop.
_Phase = list[Any]


def dependencies(tasks: Sequence[Task]) -> Graph:
    """Return the graph of tasks given in order of arrival, in one pass over their keys."""
    phases: dict[Key, _Phase] = {}
    follows: list[Sequence[int]] = []
    leads: list[list[int]] = [[] for _ in tasks]
    for index, task in enumerate(tasks):
        access, found = task.access, list[int]()
        _enter(phases, access.reads, _READ, index, found)
        _enter(phases, access.adds, _ADD, index, found)
        _enter(phases, access.writes, _WRITE, index, found)
        earlier: Sequence[int] = sorted(set(found)) if len(found) > 1 else found
        follows.append(earlier)
        for other in earlier:
            leads[other].append(index)
    return Graph(follows, leads, _chain_gas(tasks, leads), _urgency(tasks, leads))


def _enter(
    phases: dict[Key, _Phase], keys: Iterable[Key], mode: int, index: int, found: list[int]
) -> None:
    """Add accesses to their keys' newest runs, or begin new ones; note whom they follow.

    Reads go with reads and additions with additions; a write stands alone.
    """
    for key in keys:
        phase = phases.get(key)
        if phase is None:
            phases[key] = [mode, [index], ()]
            continue
        if mode == phase[0] and mode != _WRITE:
            phase[1].append(index)
        else:
            phase[:] = mode, [index], phase[1]
        found += phase[2]


def _chain_gas(tasks: Sequence[Task], leads: Sequence[Sequence[int]]) -> list[int]:
    gas = [task.gas for task in tasks]
    for index in range(len(tasks) - 1, -1, -1):
        if leads[index]:
            gas[index] += max([gas[later] for later in leads[index]])
    return gas


def _urgency(tasks: Sequence[Task], leads: Sequence[Sequence[int]]) -> Sequence[int]:
    """Return what each task inherits: whatever an urgent one waits for is as urgent."""
    urgency = [task.priority for task in tasks]
    if any(urgency):
        for index in range(len(tasks) - 1, -1, -1):
            if leads[index]:
                urgency[index] = max(urgency[index], *[urgency[later] for later in leads[index]])
    return urgency


def schedule(tasks: Sequence[Task], *, lanes: int) -> Schedule:
    """Return a place for each task, given in order of arrival, on so many lanes.

    Whenever a lane is free it takes, of the tasks whose predecessors have ended, the most urgent
    and then the one with the heaviest chain behind it; a task bound to a lane waits for that one.
    Of several free lanes that of the last predecessor is taken: nonces then keep the order.
    """
    graph = dependencies(tasks)
    run = _Run(tasks, graph, lanes)
    while run.left > 0:
        run.step()
    return Schedule(run.lane, run.start, run.end, graph)


class _Run:
    """A simulation of the lanes, from one moment at which a task ends to the next."""

    def __init__(self, tasks: Sequence[Task], graph: Graph, lanes: int) -> None:
        self.tasks, self.graph = tasks, graph
        self.lane, self.start, self.end = ([0] * len(tasks) for _ in range(3))
        self.left = len(tasks)
        self._awaited = [len(earlier) for earlier in graph.follows]
        # Tasks that may go: those of any lane, and those bound to each.
        self._free: list[tuple[int, int, int]] = []
        self._bound: list[list[tuple[int, int, int]]] = [[] for _ in range(lanes)]
        self._idle = set(range(lanes))
        self._running: list[tuple[int, int]] = []
        self._now = 0
        for task, count in enumerate(self._awaited):
            if not count:
                self._may_go(task)

    def step(self) -> None:
        """Fill the idle lanes, then let time pass until a task ends."""
        for lane in [each for each in self._idle if self._bound[each]]:
            self._begin(self._better(lane), lane)
        while self._free and self._idle:
            task = heappop(self._free)[2]
            self._begin(task, self._nearest(task))
        self._pass_time()

    def _better(self, lane: int) -> int:
        """Return the next task bound to the lane, unless a free one comes before it."""
        bound = self._bound[lane]
        heap = self._free if self._free and self._free[0] < bound[0] else bound
        return heappop(heap)[2]

    def _nearest(self, task: int) -> int:
        """Return the idle lane that ran what the task followed last, or any."""
        for earlier in reversed(self.graph.follows[task]):
            if self.lane[earlier] in self._idle:
                return self.lane[earlier]
        return next(iter(self._idle))

    def _begin(self, task: int, lane: int) -> None:
        self._idle.discard(lane)
        self.lane[task], self.start[task] = lane, self._now
        self.end[task] = self._now + self.tasks[task].gas
        heappush(self._running, (self.end[task], task))
        self.left -= 1

    def _pass_time(self) -> None:
        self._now = self._running[0][0]
        while self._running and self._running[0][0] == self._now:
            _, task = heappop(self._running)
            self._idle.add(self.lane[task])
            for later in self.graph.leads[task]:
                self._awaited[later] -= 1
                if not self._awaited[later]:
                    self._may_go(later)

    def _may_go(self, task: int) -> None:
        one = self.tasks[task]
        heap = self._free if one.lane is None else self._bound[one.lane]
        heappush(heap, (-self.graph.urgency[task], -self.graph.chain_gas[task], task))


def bound_gas(tasks: Sequence[Task], graph: Graph, *, lanes: int) -> int:
    """Return what no schedule can be shorter than: the critical path, or an even share of all."""
    total = sum(task.gas for task in tasks)
    return max(graph.critical_path_gas, -(-total // lanes))


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose turn it is on a lane, in the order of nonces, and whom the others of it await."""

    due: list[int] = field(default_factory=list)
    waits: dict[int, list[int]] = field(default_factory=dict)


def turns(
    tasks: Sequence[Task],
    *,
    sent: Sequence[bool],
    lane: int,
    lanes: int,
    most: int,
    may_go: Callable[[int], bool] = lambda task: True,
) -> Turns:
    """Return which tasks of a lane, given in order of arrival with all others, may be sent now.

    Nobody looks further than to the last of the `most` that may.

    A task may go when all that it must not overtake have ended, or are sent on its own lane, or go
    now before it: nonces keep the order within a lane, and only a block the one between lanes.
    `may_go` is asked last, and may hold a task back for a reason of its own.
    """
    made = schedule(tasks, lanes=lanes)
    found, going = Turns(), {task for task, gone in enumerate(sent) if gone}
    for task in made.order(lane):
        if sent[task] or len(found.due) == most:
            continue
        awaited = [
            earlier
            for earlier in made.graph.follows[task]
            if made.lane[earlier] != lane or earlier not in going
        ]
        if awaited:
            found.waits[task] = awaited
        elif may_go(task):
            going.add(task)
            found.due.append(task)
    return found


def placed(tasks: Sequence[Task], access: Declared, *, gas: int, lanes: int) -> int:
    """Return the lane for one more task, given those under way on each in order of arrival.

    The lane of the last that it must not overtake, where its order costs no waiting; without any,
    the lane on which it would begin soonest.
    """
    made = schedule([*tasks, Task(access, gas)], lanes=lanes)
    awaited = made.graph.follows[-1]
    return made.lane[awaited[-1] if awaited else -1]
