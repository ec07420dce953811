"""How fast the reader catches up: the events of a chain, read and projected from nothing.

Events and settled words are counted apart, each over blocks of its own kind: all words of a batch
share one event, and what is cheap must not hide what is dear.
"""

import time
from dataclasses import dataclass

from django.db import connection, transaction

from contracts.client import Chain
from settlement import projection
from settlement.models import Cursor
from settlement.services import read_chain

UNBOUNDED_S = 3_600.0
WORDS_BUDGET_S = 15.0
_FORGET = "TRUNCATE settlement_eventlog, settlement_block, settlement_lanesequence"
# The words of events, 32 bytes each, are in the log of their batch.
_READ = "SELECT count(*), coalesce(sum(length(words)) / 32, 0) FROM settlement_eventlog"


@dataclass(frozen=True, slots=True)
class Part:
    """What was read of one run of blocks, and how long that took."""

    events: int
    words: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Catchup:
    """The blocks before the first batch, in which loans were opened and prefunded, and the rest."""

    opening: Part
    settling: Part

    @property
    def events_per_s(self) -> float:
        """Events stored and projected in a second, none of them a batch."""
        return self.opening.events / self.opening.seconds

    @property
    def words_per_s(self) -> float:
        """Settled words stored and projected in a second."""
        return self.settling.words / self.settling.seconds


def measure(
    *, chain: Chain, opened: int, confirmations: int = 0, budget_s: float = WORDS_BUDGET_S
) -> Catchup:
    """Forget all that was read, in the bench's own database, and read from the chain's start.

    `opened` is the last block before the first batch: all up to it is read, whatever it takes, for
    a word of a loan that is not known would cost nothing. The rest is read to its end, or to that
    of the first run of blocks that ends after the budget.
    """
    with transaction.atomic():
        projection.reset()
        Cursor.objects.filter(name=Cursor.READER).delete()
        with connection.cursor() as cursor:
            cursor.execute(_FORGET)
    opening = _read(chain, chain.head().number - opened, UNBOUNDED_S)
    return Catchup(opening, _read(chain, confirmations, budget_s))


def _read(chain: Chain, confirmations: int, budget_s: float) -> Part:
    """Read on to the depth of so many blocks."""
    events, words = _counts()
    began = time.perf_counter()
    read_chain(chain=chain, confirmations=confirmations, budget_s=budget_s)
    seconds = time.perf_counter() - began
    all_events, all_words = _counts()
    return Part(all_events - events, all_words - words, seconds)


def _counts() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        events, words = cursor.fetchone()
    return int(events), int(words)
