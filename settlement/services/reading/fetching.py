"""Getting blocks with their events from a node, and not believing it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts import events
from contracts.bloom import bloom_of, may_hold_any
from contracts.client import Chain
from contracts.domain.words import words_hash
from contracts.errors import ChainRejected
from contracts.types import Block, Event, Log
from settlement.calldata import words_in
from settlement.domain.windows import within_gas
from settlement.errors import LogsMissing, NodesDisagree, ReorganisationFound, WordsMismatch
from settlement.models import Cursor

# Blocks this far below the head are asked for as a range; nearer ones each by its hash, so that
# a node answers for that very block or with an error.
RANGE_DEPTH = 32
SETTLED = ("LoanBook", "BatchSettled")


@dataclass(frozen=True)
class Step:
    """A run of blocks, the raw logs in them, and what they say."""

    blocks: Sequence[Block]
    logs: Sequence[Log]
    events: Sequence[Event]
    head_number: int


def fetch(chain: Chain, cursor: Cursor, last: int, head_number: int) -> Step:
    """Return the blocks after the cursor with their events, checked to be one chain.

    They end before `last` where their gas is as much as one step should hold.
    """
    blocks = _blocks(chain, cursor, last)
    logs = _logs(chain, blocks, head_number)
    times = {block.hash: block.timestamp for block in blocks}
    kept, decoded, deployment = [], [], chain.deployment
    for log in logs:
        event = events.decode(log, deployment, block_time=times[log.block_hash])
        if event is not None:
            kept.append(log)
            decoded.append(event)
    return Step(blocks, kept, _with_words(chain, decoded), head_number)


def check_witnesses(block: Block, witnesses: Sequence[Chain]) -> None:
    """Raise `NodesDisagree` unless each witness has this very block."""
    for witness in witnesses:
        seen = witness.block(block.number)
        if seen is None or seen.hash != block.hash:
            told = "none" if seen is None else seen.hash
            raise NodesDisagree(
                f"Block {block.number} is {block.hash} at one node and {told} at "
                f"{witness.rpc.url}. Nothing is taken for final until they agree."
            )


def _blocks(chain: Chain, cursor: Cursor, last: int) -> list[Block]:
    """Return the blocks after the cursor; one that the node does not have yet ends the run."""
    blocks: list[Block] = []
    for block in chain.blocks(range(cursor.block_number + 1, last + 1)):
        if block is None:
            break
        blocks.append(block)
    if not blocks:
        raise ChainRejected(0, f"it has no block {cursor.block_number + 1} yet")
    parent = cursor.block_hash
    for block in blocks:
        if block.parent_hash != parent:
            raise ReorganisationFound(
                f"Block {block.number - 1} was {parent} when it was read; the chain now has "
                f"{block.parent_hash}."
            )
        parent = block.hash
    return blocks[: within_gas([block.gas_used for block in blocks])]


def _logs(chain: Chain, blocks: Sequence[Block], head_number: int) -> list[Log]:
    """Return the logs of our contracts in these blocks, in order."""
    addresses = list(chain.deployment.addresses.values())
    old = [block for block in blocks if block.number <= head_number - RANGE_DEPTH]
    near = [block for block in blocks[len(old) :] if may_hold_any(block.logs_bloom, addresses)]
    return _of_range(chain, old, addresses) + _one_by_one(chain, near, set(addresses))


def _one_by_one(chain: Chain, blocks: Sequence[Block], ours: set[str]) -> list[Log]:
    """Return our logs of blocks that are asked for whole, so that a log left out is noticed."""
    found = chain.logs_of_blocks([block.hash for block in blocks])
    for block, logs in zip(blocks, found, strict=True):
        _check_whole(block, logs)
    return [log for logs in found for log in logs if log.address in ours]


def _check_whole(block: Block, logs: Sequence[Log]) -> None:
    """Raise unless these are all logs of the block: numbered from 0, and making up its filter."""
    _check_places(logs, [block])
    numbered = [log.log_index for log in logs] == list(range(len(logs)))
    if not numbered or (block.logs_bloom and bloom_of(logs) != block.logs_bloom):
        raise LogsMissing(
            f"The node left out a log of block {block.number}: what it gave does not make up the "
            "block's filter. The block is read again; ask another node (RPC_URL) when this stays."
        )


def _of_range(chain: Chain, blocks: Sequence[Block], addresses: Sequence[str]) -> list[Log]:
    """Return our logs of a run of old blocks; lanes' numbers show what is missing among them."""
    if not blocks:
        return []
    found = chain.logs(blocks[0].number, blocks[-1].number, addresses)
    _check_places(found, blocks)
    speaking = {log.block_hash for log in found}
    for block in blocks:
        silent = block.hash not in speaking and block.logs_bloom != 0
        if silent and may_hold_any(block.logs_bloom, addresses):
            # The filter may be wrong about one block in many; the whole block tells.
            found += _one_by_one(chain, [block], set(addresses))
    return sorted(found, key=lambda log: (log.block_number, log.log_index))


def _check_places(logs: Sequence[Log], blocks: Sequence[Block]) -> None:
    """Raise unless each log stands in a block of the run."""
    known = {block.hash for block in blocks}
    for log in logs:
        if log.block_hash not in known:
            raise ChainRejected(
                0, f"it gave a log of block {log.block_number} as {log.block_hash}, not as asked"
            )


def _with_words(chain: Chain, decoded: Sequence[Event]) -> list[Event]:
    """Attach to each `BatchSettled` the words, which are only in its transaction's calldata."""
    settled = [event for event in decoded if (event.contract, event.name) == SETTLED]
    inputs = iter(chain.inputs_of([event.tx_hash for event in settled]))
    return [
        replace(event, words=_words(event, next(inputs)))
        if (event.contract, event.name) == SETTLED
        else event
        for event in decoded
    ]


def _words(event: Event, data: bytes) -> bytes:
    words = words_in(data)
    if "0x" + words_hash(words).hex() != event.args["wordsHash"]:
        raise WordsMismatch(f"The words in transaction {event.tx_hash} are not those of its event.")
    return words
