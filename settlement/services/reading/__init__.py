"""The one reader of the chain: block by block, each linked to the one before by its hash."""

import logging
import time
from collections.abc import Sequence

from django.db import DatabaseError, connection

from contracts.client import Chain
from contracts.errors import ChainError
from settlement.domain.windows import narrowed, widened
from settlement.errors import ReorganisationFound
from settlement.models import Cursor
from settlement.services.reading.fetching import check_witnesses, fetch
from settlement.services.reading.rewinding import rewind
from settlement.services.reading.storing import READER, apply, note_head

DEFAULT_BUDGET_S = 20.0
logger = logging.getLogger(__name__)


def read_chain(
    *,
    chain: Chain,
    confirmations: int,
    witnesses: Sequence[Chain] = (),
    budget_s: float = DEFAULT_BUDGET_S,
) -> int:
    """Store and project all events down to the usable depth; return how many blocks were read.

    A block is usable once `confirmations` more stand on it and each witness, another node, has
    the same. Stops after a while, so that the caller can ring again. Only one reader's step takes
    effect. Where the chain no longer holds what was read, all is taken back to the last common
    block and read anew, and an incident is opened.
    """
    deadline = time.monotonic() + budget_s
    read = 0
    while time.monotonic() < deadline:
        cursor = _cursor(chain)
        head = chain.head()
        last = min(head.number - confirmations, cursor.block_number + cursor.window)
        if last <= cursor.block_number:
            note_head(cursor, head.number)
            if not _was_replaced(chain, cursor) or not rewind(chain, cursor, witnesses):
                break
            continue
        count = _read_window(chain, cursor, last, head.number, witnesses)
        if count is None:
            break
        read += count
    return read


def _read_window(
    chain: Chain, cursor: Cursor, last: int, head_number: int, witnesses: Sequence[Chain]
) -> int | None:
    """Read one run of blocks and return how many; None when another reader was quicker."""
    began = time.monotonic()
    try:
        step = fetch(chain, cursor, last, head_number)
        check_witnesses(step.blocks[-1], witnesses)
    except ReorganisationFound:
        return 0 if rewind(chain, cursor, witnesses) else None
    except ChainError:
        Cursor.objects.filter(name=READER).update(window=narrowed(cursor.window))
        raise
    try:
        applied = apply(cursor, step)
    except DatabaseError:
        # Such as a transaction that took too long: the next one holds fewer blocks.
        connection.close_if_unusable_or_obsolete()
        Cursor.objects.filter(name=READER).update(window=narrowed(cursor.window))
        raise
    if not applied:
        return None
    took_s = time.monotonic() - began
    count = len(step.blocks)
    # At the end of the chain there are fewer than asked for at other times: that tells nothing.
    if count == cursor.window or count < last - cursor.block_number:
        Cursor.objects.filter(name=READER).update(window=widened(count, took_s=took_s))
    return count


def _was_replaced(chain: Chain, cursor: Cursor) -> bool:
    """Tell whether the node shows another block where the reader stands; none is no answer."""
    block = chain.block(cursor.block_number)
    return block is not None and block.hash != cursor.block_hash


def _cursor(chain: Chain) -> Cursor:
    """Return where the reader stands; at first, before the block of the deployment."""
    cursor = Cursor.objects.filter(name=READER).first()
    if cursor is not None:
        return cursor
    before = max(chain.deployment.block - 1, 0)
    block = chain.block(before)
    if block is None:
        raise ReorganisationFound(
            f"The chain has no block {before}, in which the deployment was still to come. "
            "Start over with RESET=1."
        )
    return Cursor.objects.get_or_create(
        name=READER, defaults={"block_number": before, "block_hash": block.hash}
    )[0]
