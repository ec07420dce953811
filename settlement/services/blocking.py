"""Who must wait for whom: open transactions of other keys that touch the same things."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from settlement.domain.access import Declared, declared, key_of, text_of
from settlement.models import OPEN, Batch

# A call that has waited so long goes anyway: order is for success, the contracts keep safe.
PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Others:
    """The open transactions of other keys that a lane could have to wait for, oldest first."""

    batches: Sequence[tuple[int, Declared]]

    def blocking(self, access: Declared, *, before: int | None = None) -> list[dict[str, Any]]:
        """Return whom an access waits for and why; `before` is its own place in the order."""
        found = []
        for identifier, other in self.batches:
            shared = access.conflicts(other) if before is None or identifier < before else ()
            if shared:
                found.append({"batch": identifier, "keys": sorted(map(text_of, shared))})
        return found


def others_of(signer_id: int) -> Others:
    """Return what other keys have open and not for longer than anyone waits.

    Within one key the order of nonces is the order of arrival, and nobody waits.
    """
    young = Q(created_at__gt=Now() - timedelta(seconds=PATIENCE_S))
    rows = (
        Batch.objects.filter(young, status__in=OPEN)
        .exclude(signer=signer_id)
        .order_by("pk")
        .values_list("pk", "reads", "writes", "adds")
    )
    return Others([(pk, stored_access(*sets)) for pk, *sets in rows])


def stored_access(reads: Iterable[str], writes: Iterable[str], adds: Iterable[str]) -> Declared:
    """Return the access that a batch's columns hold."""
    return declared(reads=map(key_of, reads), writes=map(key_of, writes), adds=map(key_of, adds))
