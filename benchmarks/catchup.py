"""How fast the reader catches up: the events of a chain, read and projected from nothing.

A settled word counts as an event: it changes a loan and has a line of its own in the journal, as
an event has, though all words of a batch share one log.
"""

import time
from dataclasses import dataclass

from django.db import connection, transaction

from contracts.client import Chain
from settlement import projection
from settlement.models import Cursor
from settlement.services import read_chain

_FORGET = "TRUNCATE settlement_eventlog, settlement_block, settlement_lanesequence"
# The words of events, 32 bytes each, are in the log of their batch.
_READ = "SELECT count(*), coalesce(sum(length(words)) / 32, 0) FROM settlement_eventlog"


@dataclass(frozen=True)
class Catchup:
    """What was read anew, and how long that took."""

    logs: int
    words: int
    seconds: float

    @property
    def events_per_s(self) -> float:
        """Logs and settled words stored and projected in a second."""
        return (self.logs + self.words) / self.seconds if self.seconds else 0.0


def measure(*, chain: Chain, confirmations: int, budget_s: float) -> Catchup:
    """Forget all that was read, in the bench's own database, and read from the chain's start.

    Stops at the end of the chain, or of the first run of blocks that ends after the budget.
    """
    with transaction.atomic():
        projection.reset()
        Cursor.objects.filter(name=Cursor.READER).delete()
        with connection.cursor() as cursor:
            cursor.execute(_FORGET)
    began = time.perf_counter()
    read_chain(chain=chain, confirmations=confirmations, budget_s=budget_s)
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        logs, words = map(int, cursor.fetchone())
    return Catchup(logs, words, seconds)
