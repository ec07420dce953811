"""A block's bloom filter: what it rules out has not happened, and what happened makes it up."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from eth_utils.crypto import keccak

from contracts.types import Log

BLOOM_BITS = 2048
_BITS_PER_ENTRY = 3


def may_hold_any(bloom: int, addresses: Sequence[str]) -> bool:
    """Tell whether one of these addresses may have emitted a log; False is certain.

    Some chains leave the filter empty whatever happened: an empty one rules nothing out.
    """
    if bloom == 0:
        return True
    return any(bloom & mask == mask for mask in map(_of_address, addresses))


def bloom_of(logs: Iterable[Log]) -> int:
    """Return the filter that these logs make up (Yellow Paper, section 4.3.1)."""
    bloom = 0
    for log in logs:
        bloom |= _of_address(log.address)
        for topic in log.topics:
            bloom |= mask_of(topic)
    return bloom


@lru_cache(maxsize=10_000)
def mask_of(entry: bytes) -> int:
    """Return the three bits that an entry sets."""
    digest = keccak(entry)
    mask = 0
    for at in range(0, 2 * _BITS_PER_ENTRY, 2):
        mask |= 1 << int.from_bytes(digest[at : at + 2], "big") % BLOOM_BITS
    return mask


@lru_cache(maxsize=10_000)
def _of_address(address: str) -> int:
    return mask_of(bytes.fromhex(address.removeprefix("0x")))
