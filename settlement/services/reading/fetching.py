"""Getting blocks with their events from a node, and not believing it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts import events
from contracts.abi import decode_arguments
from contracts.bloom import may_hold_any
from contracts.client import Chain
from contracts.domain.words import words_hash
from contracts.errors import ChainRejected
from contracts.types import Block, Event, Log
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
    """Return the blocks after the cursor with their events, checked to be one chain."""
    blocks = _blocks(chain, cursor, last)
    logs = _logs(chain, blocks, head_number)
    times = {block.hash: block.timestamp for block in blocks}
    kept, decoded = [], []
    for log in logs:
        event = events.decode(log, chain.deployment, block_time=times[log.block_hash])
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
    return blocks


def _logs(chain: Chain, blocks: Sequence[Block], head_number: int) -> list[Log]:
    """Return the logs of our contracts in these blocks, in order."""
    addresses = list(chain.deployment.addresses.values())
    old = [block for block in blocks if block.number <= head_number - RANGE_DEPTH]
    near = [block for block in blocks[len(old) :] if may_hold_any(block.logs_bloom, addresses)]
    found = chain.logs(old[0].number, old[-1].number, addresses) if old else []
    found += chain.logs_of_blocks([block.hash for block in near], addresses)
    _check_places(found, blocks)
    return _with_doubted(chain, found, blocks, addresses)


def _check_places(logs: Sequence[Log], blocks: Sequence[Block]) -> None:
    """Raise unless each log stands in a block of the run."""
    known = {block.hash for block in blocks}
    for log in logs:
        if log.block_hash not in known:
            raise ChainRejected(
                0, f"it gave a log of block {log.block_number} as {log.block_hash}, not as asked"
            )


def _with_doubted(
    chain: Chain, found: list[Log], blocks: Sequence[Block], addresses: Sequence[str]
) -> list[Log]:
    """Compare blocks that gave nothing, though their bloom filter lets expect it, by receipts."""
    speaking = {log.block_hash for log in found}
    doubted = [
        block
        for block in blocks
        if block.hash not in speaking and may_hold_any(block.logs_bloom, addresses)
    ]
    ours = set(addresses)
    for block in doubted:
        receipts = chain.receipts(block.number)
        if any(receipt.block_hash != block.hash for receipt in receipts):
            raise ChainRejected(0, f"its receipts are not of block {block.hash}")
        if any(log.address in ours for receipt in receipts for log in receipt.logs):
            raise LogsMissing(
                f"The node gave no logs of block {block.number}, but its receipts have some. "
                "The block is read again; ask another node (RPC_URL) when this stays."
            )
    return found


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


def _words(event: Event, data: bytes) -> list[bytes]:
    words: list[bytes] = list(decode_arguments("LoanBook", "settle", data)["words"])
    if "0x" + words_hash(words).hex() != event.args["wordsHash"]:
        raise WordsMismatch(f"The words in transaction {event.tx_hash} are not those of its event.")
    return words
