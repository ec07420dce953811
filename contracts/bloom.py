"""A block's bloom filter: what it rules out has certainly not happened in the block."""

from collections.abc import Sequence
from functools import lru_cache

from eth_utils.crypto import keccak

BLOOM_BITS = 2048
_BITS_PER_ENTRY = 3


def may_hold_any(bloom: int, addresses: Sequence[str]) -> bool:
    """Tell whether one of these addresses may have emitted a log; False is certain."""
    return any(bloom & mask == mask for mask in map(mask_of_address, addresses))


@lru_cache(maxsize=10_000)
def mask_of_address(address: str) -> int:
    """Return the three bits that an address sets (Yellow Paper, section 4.3.1)."""
    digest = keccak(bytes.fromhex(address.removeprefix("0x")))
    pairs = (digest[2 * at : 2 * at + 2] for at in range(_BITS_PER_ENTRY))
    bits = (int.from_bytes(pair, "big") % BLOOM_BITS for pair in pairs)
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask
