"""An independent judge of schedules: it shares no code with the planner and compares every pair."""

from collections.abc import Sequence
from itertools import combinations, pairwise

from settlement.domain.planner import Schedule, Task


def violations(tasks: Sequence[Task], made: Schedule, *, lanes: int) -> list[str]:
    """Return what is wrong with a schedule of tasks given in order of arrival."""
    wrong = [
        f"{later} touches what {earlier} does and begins at {made.start[later]}, before the end "
        f"at {made.end[earlier]}"
        for earlier, later in combinations(range(len(tasks)), 2)
        if must_keep_order(tasks[earlier], tasks[later]) and made.start[later] < made.end[earlier]
    ]
    return wrong + _overlaps(made, lanes) + _misplaced(tasks, made, lanes)


def must_keep_order(one: Task, other: Task) -> bool:
    """Two commute when what both touch is only read by both, or only added to by both."""
    for key in _all(one) & _all(other):
        modes = {_mode(one, key), _mode(other, key)}
        if modes not in ({"read"}, {"add"}):
            return True
    return False


def _all(task: Task) -> set:
    return {*task.access.reads, *task.access.writes, *task.access.adds}


def _mode(task: Task, key: tuple) -> str:
    if key in task.access.writes:
        return "write"
    return "add" if key in task.access.adds else "read"


def _overlaps(made: Schedule, lanes: int) -> list[str]:
    found = []
    for lane in range(lanes):
        mine = sorted((made.start[n], made.end[n]) for n, at in enumerate(made.lane) if at == lane)
        found += [
            f"lane {lane} runs two at {second[0]}"
            for first, second in pairwise(mine)
            if second[0] < first[1]
        ]
    return found


def _misplaced(tasks: Sequence[Task], made: Schedule, lanes: int) -> list[str]:
    found = []
    for number, task in enumerate(tasks):
        at = made.lane[number]
        if not 0 <= at < lanes or (task.lane is not None and at != task.lane):
            found.append(f"{number} is on lane {at}")
        if made.end[number] - made.start[number] != task.gas:
            found.append(f"{number} takes {made.end[number] - made.start[number]} gas")
    return found
