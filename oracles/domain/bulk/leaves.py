"""Hashes of a round's leaves, eight at a time."""

import numpy as np

from collateral.domain.keccak_lanes import LANES, STATE_WORDS, Words, compiled, permute, swapped
from collateral.domain.large_merkle import LargeMerkleTree
from collateral.domain.spread import slices, spread
from oracles.domain.columns import WORD, Column
from oracles.domain.leaf import Domain, address_number

_WORDS = 4
_PREFIX = 12
_RATE = 17
# A leaf is ten words of 32 bytes, 40 of 64 bits: three blocks of the sponge.
_MESSAGE = 3 * _RATE
_FIRST_NUMBER = 19
_LAST_BIT = np.uint64(1 << 63)
_NUMBERS = ("class_id", "status", "value", "lower", "observed_at", "valid_until")


def leaf_tree(rows: Column, domain: Domain) -> LargeMerkleTree:
    """Return the tree over leaves given as records; proofs go by their places."""
    return LargeMerkleTree(leaf_hashes(rows, domain))


def leaf_hashes(rows: Column, domain: Domain) -> Column:
    """Return ``leaf.leaf_hash`` of every record, as rows of 32 bytes."""
    prefix = b"".join(
        number.to_bytes(WORD, "big")
        for number in (domain.chain_id, address_number(domain.oracle), domain.number)
    )
    hashes = np.empty((len(rows), _WORDS), np.uint64)
    words = np.frombuffer(prefix, np.uint64)
    spread(lambda one: _hash_places(words, rows[one], hashes[one]), slices(len(rows)))
    return hashes.view(np.uint8)


def _hash_places(prefix: Words, rows: Column, hashes: Words) -> None:
    numbers = np.empty((len(rows), len(_NUMBERS)), np.uint64)
    for place, name in enumerate(_NUMBERS):
        numbers[:, place] = rows[name]
    _hash_all(prefix, np.ascontiguousarray(rows["asset_id"]).view(np.uint64), numbers, hashes)


@compiled
def _hash_all(prefix: Words, ids: Words, numbers: Words, hashes: Words) -> None:
    message = np.zeros(_MESSAGE * LANES, np.uint64)
    for word in range(_PREFIX):
        message[word * LANES : (word + 1) * LANES] = prefix[word]
    # Keccak's padding: a first bit behind the message, a last one at the end of the block.
    message[40 * LANES : 41 * LANES] = np.uint64(1)
    message[(_MESSAGE - 1) * LANES :] = _LAST_BIT
    state = np.zeros(STATE_WORDS, np.uint64)
    for first in range(0, len(ids), LANES):
        count = min(LANES, len(ids) - first)
        for lane in range(count):
            for word in range(_WORDS):
                message[(_PREFIX + word) * LANES + lane] = ids[first + lane, word]
            for place in range(numbers.shape[1]):
                word = _FIRST_NUMBER + _WORDS * place
                message[word * LANES + lane] = swapped(numbers[first + lane, place])
        _hash_twice(message, state)
        for lane in range(count):
            for word in range(_WORDS):
                hashes[first + lane, word] = state[word * LANES + lane]


@compiled
def _hash_twice(message: Words, state: Words) -> None:
    state[:] = np.uint64(0)
    for block in range(3):
        for place in range(_RATE * LANES):
            state[place] ^= message[block * _RATE * LANES + place]
        permute(state)
    state[_WORDS * LANES :] = np.uint64(0)
    state[_WORDS * LANES : (_WORDS + 1) * LANES] = np.uint64(1)
    state[(_RATE - 1) * LANES : _RATE * LANES] = _LAST_BIT
    permute(state)
