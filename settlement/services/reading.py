"""The one reader of the chain: block by block, each linked to the one before by its hash."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from contracts import events
from contracts.abi import decode_arguments
from contracts.client import Chain
from contracts.domain.words import words_hash
from contracts.types import Block as ChainBlock
from contracts.types import Event
from settlement import projection
from settlement.errors import ReorganisationFound, WordsMismatch
from settlement.locks import Singleton, singleton
from settlement.models import Block, Cursor, EventLog

BLOCKS_PER_STEP = 25
INSERT_SIZE = 1_000
DEFAULT_BUDGET_S = 20.0
SETTLED = ("LoanBook", "BatchSettled")


@dataclass(frozen=True)
class _Step:
    """A run of blocks, and what happened in them."""

    blocks: Sequence[ChainBlock]
    events: Sequence[Event]
    head_number: int


def read_chain(*, chain: Chain, confirmations: int, budget_s: float = DEFAULT_BUDGET_S) -> int:
    """Store and project all events down to the usable depth; return how many blocks were read.

    A block is usable once `confirmations` more stand on it. Stops after a while, so that the
    caller can ring again. Only one reader's step takes effect.
    """
    deadline = time.monotonic() + budget_s
    read = 0
    while time.monotonic() < deadline:
        cursor = _cursor(chain)
        head = chain.head()
        last = min(head.number - confirmations, cursor.block_number + BLOCKS_PER_STEP)
        if last <= cursor.block_number:
            _note_head(cursor, head.number)
            break
        step = _fetch(chain, cursor, last, head.number)
        if not _apply(cursor, step):
            break
        read += len(step.blocks)
    return read


def _cursor(chain: Chain) -> Cursor:
    """Return where the reader stands; at first, before the block of the deployment."""
    cursor = Cursor.objects.filter(name=Cursor.READER).first()
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
        name=Cursor.READER, defaults={"block_number": before, "block_hash": block.hash}
    )[0]


def _note_head(cursor: Cursor, head_number: int) -> None:
    if cursor.head_number != head_number:
        Cursor.objects.filter(name=Cursor.READER, block_number=cursor.block_number).update(
            head_number=head_number
        )


def _fetch(chain: Chain, cursor: Cursor, last: int, head_number: int) -> _Step:
    """Return the blocks after the cursor with their events, checked to be one chain."""
    first = cursor.block_number + 1
    blocks = [block for block in chain.blocks(range(first, last + 1)) if block is not None]
    _check_linked(cursor, blocks)
    deployment = chain.deployment
    times = {block.hash: block.timestamp for block in blocks}
    decoded = []
    for log in chain.logs(first, blocks[-1].number, list(deployment.addresses.values())):
        if log.block_hash not in times:
            raise ReorganisationFound(
                f"Block {log.block_number} has changed while it was read. It is read again."
            )
        event = events.decode(log, deployment, block_time=times[log.block_hash])
        if event is not None:
            decoded.append(event)
    return _Step(blocks, _with_words(chain, decoded), head_number)


def _check_linked(cursor: Cursor, blocks: Sequence[ChainBlock]) -> None:
    """Raise unless each block names the one before as its parent."""
    parent = cursor.block_hash
    for block in blocks:
        if block.parent_hash != parent:
            raise ReorganisationFound(
                f"Block {block.number - 1} was {parent} when it was read; the chain now has "
                f"{block.parent_hash}. Either the node is on another chain (check RPC_URL; start "
                "over with RESET=1), or the chain was reorganised deeper than "
                "CHAIN_CONFIRMATIONS."
            )
        parent = block.hash


def _with_words(chain: Chain, decoded: Sequence[Event]) -> list[Event]:
    """Attach to each `BatchSettled` the words, which are only in its transaction's calldata."""
    settled = [event for event in decoded if (event.contract, event.name) == SETTLED]
    inputs = chain.inputs_of([event.tx_hash for event in settled])
    for event, data in zip(settled, inputs, strict=True):
        words = decode_arguments("LoanBook", "settle", data)["words"]
        if "0x" + words_hash(words).hex() != event.args["wordsHash"]:
            raise WordsMismatch(
                f"The words in transaction {event.tx_hash} are not those of its event."
            )
        event.words.extend(words)
    return list(decoded)


def _apply(cursor: Cursor, step: _Step) -> bool:
    """Store and project a step and move the cursor, all or nothing; False if another did."""
    with singleton(Singleton.READ) as alone:
        if not alone or not _still_at(cursor):
            return False
        Block.objects.bulk_create(
            [
                Block(block.number, block.hash, block.parent_hash, block.timestamp)
                for block in step.blocks
            ]
        )
        EventLog.objects.bulk_create(map(_row, step.events), batch_size=INSERT_SIZE)
        projection.project(step.events)
        newest = step.blocks[-1]
        Cursor.objects.update_or_create(
            name=Cursor.READER,
            defaults={
                "block_number": newest.number,
                "block_hash": newest.hash,
                "head_number": step.head_number,
            },
        )
    return True


def _still_at(cursor: Cursor) -> bool:
    return (
        Cursor.objects.select_for_update()
        .filter(name=Cursor.READER, block_hash=cursor.block_hash)
        .exists()
    )


def _row(event: Event) -> EventLog:
    return EventLog(
        block_number=event.block_number,
        block_hash=event.block_hash,
        log_index=event.log_index,
        tx_hash=event.tx_hash,
        contract=event.contract,
        name=event.name,
        args=event.args,
    )
