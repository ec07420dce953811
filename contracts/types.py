"""Values that the chain gives us."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header; the time is in unix seconds, the bloom filter a number of 2048 bits.

    The gas that was used bounds what is in a block before anything of it is read.
    """

    number: int
    hash: str
    parent_hash: str
    timestamp: int
    logs_bloom: int = 0
    gas_used: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """A log as the node gives it: topics and data undecoded."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: str
    tx_hash: str
    log_index: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of a mined transaction."""

    tx_hash: str
    block_number: int
    block_hash: str
    succeeded: bool
    gas_used: int
    logs: tuple[Log, ...]
    contract_address: str | None = None


@dataclass(frozen=True, slots=True)
class Fees:
    """Caps of a type 2 transaction, in wei for one unit of gas."""

    max_fee_wei: int
    priority_fee_wei: int


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded event. In `args`, bytes are 0x-prefixed text and structs are dicts.

    `block_time` (unix seconds) is set by whoever knows the block; `words`, end to end, is filled
    for `BatchSettled`, whose words are only in its transaction's calldata.
    """

    name: str
    contract: str
    address: str
    args: Mapping[str, Any]
    block_number: int
    block_hash: str
    tx_hash: str
    log_index: int
    block_time: int = 0
    words: bytes = b""
