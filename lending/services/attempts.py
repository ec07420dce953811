"""One call at a time for one purpose, tried again when it ended without effect."""

import re

from settlement.models import Batch, BatchStatus

_REVERT = re.compile(r"refused the call: (\w+)\(")
WITHOUT_EFFECT = (BatchStatus.REVERTED, BatchStatus.DEAD)


def next_key(base: str, *, most: int) -> str | None:
    """Return the key of the next attempt, or None while one is under way or after the last."""
    outcomes = list(
        Batch.objects.filter(client_key__startswith=f"{base}/").values_list("status", flat=True)
    )
    if len(outcomes) >= most or any(one not in WITHOUT_EFFECT for one in outcomes):
        return None
    return f"{base}/{len(outcomes) + 1}"


def refusal(batch: Batch) -> str:
    """Return the name of the contract's error that a batch ended with, or an empty string."""
    found = _REVERT.search(batch.error)
    return found.group(1) if found else ""
