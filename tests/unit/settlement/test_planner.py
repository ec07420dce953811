"""The planner against a judge that compares every pair, and the judge against planted faults."""

import random
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain import planner
from settlement.domain.access import Declared, declared, key_of, text_of
from settlement.domain.planner import Task, bound_gas, dependencies, placed, schedule, turns
from tests.serialisable import must_keep_order, violations

KEYS = [("loan", 1), ("loan", 2), ("lane", 0), ("round",), ("token", "stablecoin", "0xA1")]
key_sets = st.frozensets(st.sampled_from(KEYS), max_size=3)
accesses = st.builds(
    lambda reads, writes, adds: declared(reads=reads, writes=writes, adds=adds),
    key_sets,
    key_sets,
    key_sets,
)
tasks = st.lists(
    st.builds(
        Task,
        access=accesses,
        gas=st.integers(1, 50),
        lane=st.none() | st.integers(0, 1),
        priority=st.integers(0, 2),
    ),
    max_size=25,
)


def reads(*keys, gas=10, **more):
    return Task(declared(reads=keys), gas, **more)


def writes(*keys, gas=10, **more):
    return Task(declared(writes=keys), gas, **more)


def adds(*keys, gas=10, **more):
    return Task(declared(adds=keys), gas, **more)


LOAN = ("loan", 1)


@pytest.mark.parametrize(
    ("first", "second", "follows"),
    [
        (reads(LOAN), reads(LOAN), False),
        (adds(LOAN), adds(LOAN), False),
        (writes(LOAN), writes(LOAN), True),
        (writes(LOAN), reads(LOAN), True),
        (reads(LOAN), writes(LOAN), True),
        (adds(LOAN), reads(LOAN), True),
        (reads(LOAN), adds(LOAN), True),
        (writes(LOAN), adds(LOAN), True),
        (writes(LOAN), writes(("loan", 2)), False),
    ],
)
def test_only_what_does_not_commute_keeps_its_order(first, second, follows):
    graph = dependencies([first, second])

    assert graph.follows == [[], [0]] if follows else graph.follows == [[], []]
    assert bool(first.access.conflicts(second.access)) is follows


def test_a_barrier_waits_for_all_readers_and_all_later_ones_wait_for_it():
    made = schedule([reads(LOAN), reads(LOAN), writes(LOAN), reads(LOAN), reads(LOAN)], lanes=4)

    assert made.start == [0, 0, 10, 20, 20]


def test_a_chain_stays_on_the_lane_of_its_beginning():
    made = schedule([writes(LOAN), writes(("loan", 2), gas=12), writes(LOAN)], lanes=2)

    assert made.lane[2] == made.lane[0]


def test_a_task_bound_to_a_lane_waits_for_it():
    made = schedule([writes(("loan", n), lane=1) for n in range(3)], lanes=2)

    assert made.lane == [1, 1, 1]
    assert made.makespan == 30


def test_the_more_urgent_goes_first_where_order_allows_it():
    made = schedule([writes(("loan", 1)), writes(("loan", 2), priority=1)], lanes=1)

    assert made.order(0) == [1, 0]


def test_what_an_urgent_one_waits_for_is_as_urgent():
    usual, before = writes(("loan", 1)), writes(("loan", 2))
    urgent = writes(("loan", 2), priority=3)

    made = schedule([usual, before, urgent], lanes=1)

    assert made.order(0) == [1, 2, 0]
    assert made.graph.urgency == [0, 3, 3]


def test_the_heaviest_chain_goes_first():
    light = writes(("loan", 1))
    chain = [writes(("loan", 2)) for _ in range(3)]

    made = schedule([light, *chain], lanes=1)

    assert made.order(0)[0] == 1
    assert dependencies([light, *chain]).critical_path_gas == 30


def test_nothing_to_plan_takes_no_time():
    assert schedule([], lanes=3).makespan == 0


@given(tasks, st.integers(2, 4))
def test_every_schedule_is_serialisable(work, lanes):
    assert violations(work, schedule(work, lanes=lanes), lanes=lanes) == []


@given(tasks, st.integers(2, 4))
def test_no_schedule_beats_the_bound_nor_misses_grahams(work, lanes):
    free = [Task(each.access, each.gas) for each in work]
    made = schedule(free, lanes=lanes)

    least = bound_gas(free, made.graph, lanes=lanes)
    assert least <= made.makespan
    assert made.makespan * lanes <= least * (2 * lanes - 1)


@given(tasks, st.integers(2, 4))
def test_no_lane_idles_while_a_task_could_run_there(work, lanes):
    made = schedule(work, lanes=lanes)

    for number, task in enumerate(work):
        ready = max((made.end[earlier] for earlier in made.graph.follows[number]), default=0)
        if made.start[number] > ready and task.lane is not None:
            assert _busy(made, task.lane, made.start[number] - 1)


def _busy(made, lane, moment):
    return any(
        at == lane and start <= moment < end
        for at, start, end in zip(made.lane, made.start, made.end, strict=True)
    )


@given(accesses, accesses)
def test_the_table_and_the_judge_agree_on_what_commutes(one, other):
    same = must_keep_order(Task(one, 1), Task(other, 1))

    assert bool(one.conflicts(other)) == bool(other.conflicts(one)) == same


@given(key_sets, key_sets, key_sets)
def test_a_key_stands_in_one_set_only(read, written, added):
    access = declared(reads=read, writes=written, adds=added)

    assert access.keys == read | written | added
    assert len(access.keys) == len(access.reads) + len(access.writes) + len(access.adds)
    assert written | (read & added) == access.writes


@pytest.mark.parametrize("key", [*KEYS, ("asset", 2**200)])
def test_a_key_survives_being_stored_as_text(key):
    assert key_of(text_of(key)) == key


# ---- Whose turn it is ---------------------------------------------------------------------------


def taken(work, sent, lane=0, most=99, **more):
    return turns(work, sent=sent, lane=lane, lanes=2, most=most, **more)


def test_a_task_may_go_once_what_it_follows_is_sent_on_its_own_lane():
    found = taken([writes(LOAN, lane=0), writes(LOAN, lane=0)], [True, False])

    assert (found.due, found.waits) == ([1], {})


def test_a_task_waits_for_what_another_lane_has_sent():
    found = taken([writes(LOAN, lane=1), writes(LOAN, lane=0)], [True, False])

    assert (found.due, found.waits) == ([], {1: [0]})


def test_a_task_goes_with_what_it_follows_on_its_lane_and_after_it():
    work = [writes(LOAN, lane=0, priority=0), writes(LOAN, lane=0, priority=9)]

    assert taken(work, [False, False]).due == [0, 1]


def test_what_follows_a_task_that_is_held_back_waits_for_it():
    work = [writes(LOAN, lane=0), writes(LOAN, lane=0), writes(("loan", 2), lane=0)]

    found = taken(work, [False] * 3, may_go=lambda task: task != 0)

    assert (found.due, found.waits) == ([2], {1: [0]})


@pytest.mark.parametrize(("most", "due"), [(0, []), (1, [0]), (2, [0, 1])])
def test_no_more_may_go_than_there_is_room_for(most, due):
    work = [writes(("loan", n), lane=0) for n in range(2)]

    assert taken(work, [False, False], most=most).due == due


@given(tasks, st.randoms(use_true_random=False))
def test_what_may_go_never_overtakes_what_it_must_follow(work, rng):
    work = [Task(each.access, each.gas, each.lane or 0, each.priority) for each in work]
    # Within a lane what is sent is what arrived first of those that conflict: as nonces are given.
    sent = [False] * len(work)
    for task in taken(work, sent, most=rng.randrange(5)).due:
        sent[task] = True

    found = taken(work, sent)

    placed_before = {task for task, gone in enumerate(sent) if gone and work[task].lane == 0}
    for task in found.due:
        for earlier in range(task):
            if must_keep_order(work[earlier], work[task]):
                assert earlier in placed_before
        placed_before.add(task)
    assert not set(found.due) & set(found.waits)


def test_a_new_task_goes_to_the_lane_of_the_last_that_it_follows():
    work = [writes(LOAN, lane=1, gas=90), writes(("loan", 2), lane=0, gas=10)]

    assert placed(work, declared(writes=[LOAN]), gas=5, lanes=3) == 1


def test_a_new_task_that_follows_nothing_goes_where_it_begins_soonest():
    work = [writes(LOAN, lane=0, gas=90), writes(("loan", 2), lane=1, gas=10)]

    assert placed(work, declared(writes=[("loan", 3)]), gas=5, lanes=2) == 1


# ---- Planted faults: the judge must find each of them --------------------------------------------

MUTATIONS = {
    "writes of one key do not mind each other": ("and mode != _WRITE", ""),
    "reads and additions do not mind each other": (
        "mode == phase[0] and mode != _WRITE",
        "mode != _WRITE and phase[0] != _WRITE",
    ),
    "readers are not looked at": ("_enter(phases, access.reads, _READ, index, found)", "pass"),
    "additions are not looked at": ("_enter(phases, access.adds, _ADD, index, found)", "pass"),
    "writers are not looked at": ("_enter(phases, access.writes, _WRITE, index, found)", "pass"),
    "additions count as reads": ("access.adds, _ADD", "access.adds, _READ"),
    "only one of the run before is followed": ("found += phase[2]", "found += phase[2][:1]"),
    "the run before is forgotten by all but the first": (
        "phase[1].append(index)",
        "phase[1].append(index); phase[2] = ()",
    ),
    "a new run forgets the one before": ("[index], phase[1]", "[index], ()"),
    "one predecessor is enough": ("if not self._awaited[later]:", "if True:"),
    "a predecessor's end is not awaited": (
        "self._awaited = [len(earlier) for earlier in graph.follows]",
        "self._awaited = [0 for earlier in graph.follows]",
    ),
    "a lane runs two at once": ("self._idle.discard(lane)", "pass"),
    "bound tasks go anywhere": (
        "heap = self._free if one.lane is None else self._bound[one.lane]",
        "heap = self._free",
    ),
    "a task ends early": (
        "self._now + self.tasks[task].gas",
        "self._now + self.tasks[task].gas // 2",
    ),
}


def mutant(old: str, new: str) -> ModuleType:
    source = Path(planner.__file__).read_text()
    assert source.count(old) == 1, old
    module = ModuleType("mutant")
    exec(source.replace(old, new), vars(module))  # noqa: S102 - our own source, one word changed
    return module


def random_tasks(rng: random.Random) -> list[Task]:
    return [
        Task(_random_access(rng), rng.randint(1, 9), rng.choice([None, None, 0, 1]))
        for _ in range(rng.randint(2, 14))
    ]


def _random_access(rng: random.Random) -> Declared:
    sets = [[key for key in KEYS if rng.random() < 0.2] for _ in range(3)]
    return declared(reads=sets[0], writes=sets[1], adds=sets[2])


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_judge_catches_a_planted_fault(name):
    module = mutant(*MUTATIONS[name])
    rng = random.Random(7)

    caught = 0
    for _ in range(300):
        work = random_tasks(rng)
        try:
            made = module.schedule(work, lanes=2)
        except (KeyError, IndexError):
            # A lane that runs two at once, or a task that goes twice, may also break down.
            caught += 1
            continue
        caught += bool(violations(work, made, lanes=2))

    assert caught > 0
