"""The open transactions of all keys as the planner's tasks: whose turn it is, and who waits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from settlement.domain.access import Declared, declared, key_of, text_of
from settlement.domain.kinds import WORDS_READ
from settlement.domain.planner import Task, placed, turns
from settlement.models import OPEN, Batch, BatchStatus, Signer
from settlement.selectors import newest_block_time
from settlement.services.waiting import has_waiting_before

SETTLE = "settle"
# What words of `settle` share with other keys: all else that they touch is their lane's own.
WORDS_ACCESS = declared(reads=WORDS_READ)
# A call that has waited so long goes anyway: order is for success, the contracts keep safe.
PATIENCE_S = 30
# The oldest so many open transactions are looked at; later ones have their turn after them.
MOST_SEEN = 5_000
_NEXT_WORDS = 0
# For the order alone, of what has not been simulated yet.
_TYPICAL_GAS = 200_000
_COLUMNS = ("pk", "signer", "nonce", "priority", "gas_limit", "deadline", "reads", "writes", "adds")


@dataclass(frozen=True, slots=True)
class Entry:
    """An open transaction: its row, its key, whether it has a nonce, what it is to the planner."""

    pk: int
    signer_id: int
    numbered: bool
    priority: int
    gas: int
    access: Declared
    deadline: int | None = None

    def waiting_for(self, other: "Entry") -> dict[str, Any]:
        """Return whom it waits for and on what, as it is stored and shown."""
        shared = self.access.conflicts(other.access)
        return {"batch": other.pk, "keys": sorted(map(text_of, shared))}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a key may send now, in this order, whom its others await, and if words must wait."""

    due: list[int]
    waits: dict[int, list[dict[str, Any]]]
    words_wait: list[dict[str, Any]]
    # Calls whose deadline has passed.
    expired: list[int]


def plan_of(signer: Signer, *, most: int) -> Plan:
    """Return whose turn it is on a key, and of whom no more than can be sent.

    The next batch of its lane's words is planned with them, as the last to arrive.
    """
    seen = open_entries(signer.pk)
    late = _late(signer, seen)
    entries = [*(each for each in seen if each.pk not in late), _next_words(signer)]
    keys = {each: lane for lane, each in enumerate({entry.signer_id: None for entry in entries})}
    behind = _BehindWords(signer)
    found = turns(
        [Task(each.access, each.gas, keys[each.signer_id], each.priority) for each in entries],
        sent=[each.numbered for each in entries],
        lane=keys[signer.pk],
        lanes=len(keys),
        most=most + 1,
        may_go=lambda task: not behind(entries[task].pk),
    )
    waits = {
        entries[task].pk: [entries[task].waiting_for(entries[each]) for each in awaited]
        for task, awaited in found.waits.items()
    }
    words_wait = waits.pop(_NEXT_WORDS, [])
    due = [entries[task].pk for task in found.due if entries[task].pk != _NEXT_WORDS]
    return Plan(due[:most], waits | behind.found, words_wait, sorted(late))


def _late(signer: Signer, entries: Sequence[Entry]) -> set[int]:
    """Return the key's calls that wait and whose deadline has passed by the chain's time."""
    bounded = [
        each
        for each in entries
        if each.signer_id == signer.pk and not each.numbered and each.deadline is not None
    ]
    now = newest_block_time() if bounded else 0
    return {each.pk for each in bounded if each.deadline is not None and each.deadline <= now}


class _BehindWords:
    """Tells of a call on a loan whether operations that came before it still wait on that loan."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self.found: dict[int, list[dict[str, Any]]] = {}

    @cached_property
    def _calls(self) -> dict[int, tuple[int, list[str]]]:
        """The loans of the key's calls: most keys have none, and then nobody asks for them."""
        calls = self._signer.batches.filter(status=BatchStatus.PLANNED, lane__isnull=False)
        rows = calls.exclude(kind=SETTLE).values_list("pk", "after_number", "writes")[:MOST_SEEN]
        return {
            pk: (after, [key for key in writes if key.startswith("loan:")])
            for pk, after, writes in rows
        }

    def __call__(self, pk: int) -> bool:
        if pk == _NEXT_WORDS:
            return False
        after, loans = self._calls.get(pk, (0, []))
        waiting = [key for key in loans if has_waiting_before(int(key[5:]), after)]
        if waiting:
            self.found[pk] = [{"operations_before": after, "keys": waiting}]
        return bool(waiting)


def key_for(candidates: Sequence[Signer], access: Declared) -> Signer:
    """Return which of several keys sends a new call: the planner's place for it."""
    lanes = {signer.pk: lane for lane, signer in enumerate(candidates)}
    entries = _entries(Q(signer__in=lanes))
    tasks = [Task(each.access, each.gas, lanes[each.signer_id], each.priority) for each in entries]
    return candidates[placed(tasks, access, gas=_TYPICAL_GAS, lanes=len(lanes))]


def open_entries(signer_id: int) -> list[Entry]:
    """Return a key's open transactions and those of others that may hold it up, oldest first.

    Batches of words do not mind each other: while nothing else is open, none is looked at.
    """
    young = Q(created_at__gt=Now() - timedelta(seconds=PATIENCE_S))
    mine = Q(signer=signer_id, status=BatchStatus.PLANNED)
    calls = _entries(mine | (young & ~Q(kind=SETTLE)))
    if not any(each.access != WORDS_ACCESS for each in calls):
        return calls
    seen = {each.pk for each in calls}
    words = [each for each in _entries(young & Q(kind=SETTLE)) if each.pk not in seen]
    return sorted([*calls, *words], key=lambda each: each.pk)


def access_of(batch: Batch) -> Declared:
    """Return what a stored transaction touches."""
    return _access(batch.reads, batch.writes, batch.adds)


def _entries(which: Q) -> list[Entry]:
    rows = Batch.objects.filter(which, status__in=OPEN).order_by("pk").values_list(*_COLUMNS)
    return [
        Entry(pk, key, nonce is not None, priority, gas or _TYPICAL_GAS, _access(*sets), deadline)
        for pk, key, nonce, priority, gas, deadline, *sets in rows[:MOST_SEEN]
    ]


def _next_words(signer: Signer) -> Entry:
    """Return the batch of words that the lane would send now, as the last to arrive."""
    return Entry(
        _NEXT_WORDS, signer.pk, numbered=False, priority=0, gas=_TYPICAL_GAS, access=WORDS_ACCESS
    )


def _access(reads: Iterable[str], writes: Iterable[str], adds: Iterable[str]) -> Declared:
    return declared(reads=map(key_of, reads), writes=map(key_of, writes), adds=map(key_of, adds))
