"""Who is told about which event, and what events alone decide.

Handlers run in chain order, in the reader's transaction. What they write can be emptied and made
anew from the stored events; its hash then is the same.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.module_loading import import_string

from contracts.domain.words import WORD_BYTES, Word, cut_words, decode_operations, decode_results
from contracts.types import Event

# Events and settled words that are handled together.
PORTION = 40_000
Handler = Callable[[Event], None]
_handlers: dict[tuple[str, str], list[Handler]] = {}
_preparers: list[Callable[[Sequence[Event]], None]] = []
_writers: list[tuple[Callable[[], None], Callable[[], None]]] = []
_tables: dict[str, "Projected"] = {}
_expected: list[str] = []


@dataclass(frozen=True, kw_only=True)
class Projected:
    """Columns of a table that events alone decide, and how they are brought back to nothing.

    `fields` begin with what tells rows apart; numbers that the database gives are not among them.
    """

    model: type[Model]
    fields: tuple[str, ...]
    reset: Callable[[], None]


def expect(registration: str) -> None:
    """Have a function, given by its dotted path, register handlers when events first matter.

    A process that projects nothing never loads what handlers need, and starts sooner.
    """
    _expected.append(registration)


def register(contract: str, name: str, handler: Handler) -> None:
    """Have the handler called with each event of that contract and name; once, ever so often."""
    handlers = _handlers.setdefault((contract, name), [])
    if handler not in handlers:
        handlers.append(handler)


def unregister(contract: str, name: str, handler: Handler) -> None:
    """Undo `register`."""
    _handlers[contract, name].remove(handler)


def register_table(table: Projected) -> None:
    """Have the table's columns emptied before a rebuild, and hashed around it."""
    _tables[table.model._meta.label] = table


def register_rows(*models: type[Model], without: Sequence[str] = ()) -> None:
    """Register tables whose rows events alone make: all columns but serial numbers count."""
    for model in models:
        names = (
            field.attname
            for field in model._meta.concrete_fields
            if field.attname not in without and field.get_internal_type() != "BigAutoField"
        )
        register_table(Projected(model=model, fields=tuple(names), reset=_emptied(model)))


def register_preparer(prepare: Callable[[Sequence[Event]], None]) -> None:
    """Have a function read at once what handlers will need for the events that it is shown."""
    if prepare not in _preparers:
        _preparers.append(prepare)


def register_writer(write: Callable[[], None], discard: Callable[[], None]) -> None:
    """Have handlers' changes that are still in memory written at a step's end, or discarded."""
    if (write, discard) not in _writers:
        _writers.append((write, discard))


def project(events: Iterable[Event]) -> int:
    """Hand each event to its handlers, in order, and return how many there were.

    An error stops the reader where it is.
    """
    _complete()
    count = 0
    try:
        for part in portions(events):
            _project(part)
            count += len(part)
    except BaseException:
        for _, discard in _writers:
            discard()
        raise
    return count


def portions(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Yield the events, so many at once as may wait in memory for what they change."""
    part, size = [], 0
    for event in events:
        part.append(event)
        size += 1 + len(event.words) // WORD_BYTES
        if size >= PORTION:
            yield part
            part, size = [], 0
    if part:
        yield part


def _project(events: Sequence[Event]) -> None:
    for prepare in _preparers:
        prepare(events)
    for event in events:
        for handler in _handlers.get((event.contract, event.name), ()):
            handler(event)
    for write, _ in _writers:
        write()


def reset() -> None:
    """Empty all that events alone decide. Needs a transaction, to which foreign keys defer."""
    _complete()
    for table in _tables.values():
        table.reset()


def state_hashes() -> dict[str, str]:
    """Return a hash of what events decided, by table."""
    _complete()
    return {label: _hash(table) for label, table in sorted(_tables.items())}


def settled_words(event: Event) -> list[tuple[Word, int]]:
    """Return the operations of a `BatchSettled` event, each with its result (`Result`)."""
    words = decode_operations(cut_words(event.words))
    results = bytes.fromhex(event.args["results"][2:])
    return list(zip(words, decode_results(results, len(words)), strict=True))


def _complete() -> None:
    while _expected:
        import_string(_expected[0])()
        del _expected[0]


def _emptied(model: type[Model]) -> Callable[[], None]:
    def empty() -> None:
        rows = model._base_manager.all()
        # Without Django's look at what refers to the rows: they are back before the commit.
        rows._raw_delete(rows.db)

    return empty


def _hash(table: Projected) -> str:
    digest = hashlib.sha256()
    rows = table.model._base_manager.order_by(*table.fields).values_list(*table.fields)
    for row in rows.iterator(chunk_size=5_000):
        digest.update(json.dumps(row, default=_plain, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def _plain(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
