"""The embedded parts that one management command needs, for as long as it runs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from config.stack import layout, setup
from config.stack.chain import Chain
from config.stack.part import Part
from config.stack.postgres import Postgres
from config.stack.redis import Redis

PARTS: dict[str, type[Part]] = {"postgres": Postgres, "redis": Redis, "chain": Chain}


@contextmanager
def session(needs: frozenset[str]) -> Iterator[None]:
    """Hold the embedded parts among `needs`; of those a URL replaces, check that they answer."""
    embedded = [name for name in PARTS if name in needs & settings.ENVIRONMENT.embedded]
    if embedded:
        layout.check()
    for name in needs - settings.ENVIRONMENT.embedded:
        setup.reach(name)
    with ExitStack() as held:
        for name in embedded:
            part = PARTS[name]()
            part.use()
            held.callback(part.release)
            if isinstance(part, Chain):
                settings.RPC_URL = part.url
        yield
