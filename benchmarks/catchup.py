"""How fast the reader catches up: all events of a chain, read and projected from nothing."""

import time
from dataclasses import dataclass

from django.db import connection, transaction

from contracts.client import Chain
from settlement import projection
from settlement.models import Cursor, EventLog
from settlement.services import read_chain

_FORGET = "TRUNCATE settlement_eventlog, settlement_block, settlement_lanesequence"
BUDGET_S = 600.0


@dataclass(frozen=True)
class Catchup:
    """What was read anew, and how long that took."""

    events: int
    seconds: float

    @property
    def events_per_s(self) -> float:
        """Events stored and projected in a second."""
        return self.events / self.seconds if self.seconds else 0.0


def measure(*, chain: Chain, confirmations: int) -> Catchup:
    """Forget all that was read, in the bench's own database, and read the chain from its start."""
    with transaction.atomic():
        projection.reset()
        Cursor.objects.filter(name=Cursor.READER).delete()
        with connection.cursor() as cursor:
            cursor.execute(_FORGET)
    began = time.perf_counter()
    while read_chain(chain=chain, confirmations=confirmations, budget_s=BUDGET_S):
        pass
    return Catchup(EventLog.objects.count(), time.perf_counter() - began)
