"""Who is told about which event. Handlers run in chain order, in the reader's transaction."""

from collections.abc import Callable, Sequence

from contracts.domain.words import Word, decode_operations, decode_results
from contracts.types import Event

Handler = Callable[[Event], None]
_handlers: dict[tuple[str, str], list[Handler]] = {}


def register(contract: str, name: str, handler: Handler) -> None:
    """Have the handler called with each event of that contract and name; once, ever so often."""
    handlers = _handlers.setdefault((contract, name), [])
    if handler not in handlers:
        handlers.append(handler)


def unregister(contract: str, name: str, handler: Handler) -> None:
    """Undo `register`."""
    _handlers[contract, name].remove(handler)


def project(events: Sequence[Event]) -> None:
    """Hand each event to its handlers, in order; an error stops the reader where it is."""
    for event in events:
        for handler in _handlers.get((event.contract, event.name), ()):
            handler(event)


def settled_words(event: Event) -> list[tuple[Word, int]]:
    """Return the operations of a `BatchSettled` event, each with its result (`Result`)."""
    words = decode_operations(event.words)
    results = bytes.fromhex(event.args["results"][2:])
    return list(zip(words, decode_results(results, len(words)), strict=True))
