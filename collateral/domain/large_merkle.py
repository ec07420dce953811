"""The tree of `merkle.MerkleTree` over millions of leaves, compiled; importing takes a second."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collateral.domain.keccak import WORD_BYTES
from collateral.domain.keccak_lanes import LANES, STATE_WORDS, Words, compiled, permute, swapped
from collateral.domain.merkle import MerkleError, MultiProof, multi_proof_of, siblings_above
from collateral.domain.spread import slices, spread

_WORDS = 4
_PADDING_WORD = 2 * _WORDS
_LAST_RATE_WORD = 16
_LAST_BIT = np.uint64(1 << 63)


class LargeMerkleTree:
    """The tree over leaf hashes, an array of one row of 32 bytes for each; same roots and proofs.

    It takes 68 bytes of memory for each leaf.
    """

    def __init__(self, hashes: NDArray[np.uint8]) -> None:
        if hashes.ndim != 2 or not len(hashes) or hashes.shape[1] != WORD_BYTES:
            raise MerkleError(f"A Merkle tree needs leaves, each a hash of {WORD_BYTES} bytes.")
        words = np.ascontiguousarray(hashes).view(np.uint64)
        order = _sorted_order(words)
        count = len(words)
        self._nodes = np.empty((2 * count - 1, _WORDS), np.uint64)
        _take(words, order[::-1], self._nodes[count - 1 :])
        self._position = np.empty(count, np.uint32)
        self._position[order] = np.arange(2 * count - 2, count - 2, -1, dtype=np.uint32)
        _hash_nodes(self._nodes)

    @property
    def root(self) -> bytes:
        """The root hash."""
        return bytes(self._nodes[0].tobytes())

    def __len__(self) -> int:
        return len(self._position)

    def proof(self, index: int) -> list[bytes]:
        """Return the sibling hashes from the leaf given as number ``index`` up to the root."""
        siblings = siblings_above(int(self._position[index]))
        found = self._nodes[siblings].tobytes()
        return [found[start : start + WORD_BYTES] for start in range(0, len(found), WORD_BYTES)]

    def multi_proof(self, indices: Sequence[int]) -> MultiProof:
        """Return one proof of the leaves given by their numbers."""
        positions = {index: int(self._position[index]) for index in indices}
        return multi_proof_of(positions, lambda position: self._nodes[position].tobytes())


def _sorted_order(words: Words) -> NDArray[Any]:
    """Return the order of the hashes as numbers; the first of four words nearly always decides."""
    first = words[:, 0].byteswap()
    order = np.argsort(first)
    placed = first[order]
    if np.any(placed[1:] == placed[:-1]):
        return np.lexsort([words[:, word].byteswap() for word in (3, 2, 1, 0)])
    return order


def _take(words: Words, order: NDArray[Any], into: Words) -> None:
    """Put rows into their order, which names each of them once."""

    def take(one: slice) -> None:
        # With a check of the order numpy would copy into a buffer first.
        np.take(words, order[one], axis=0, out=into[one], mode="clip")

    spread(take, slices(len(order)))


def _hash_nodes(nodes: Words) -> None:
    """Fill in all parents level by level, from the lowest: one level's do not need each other."""
    parents = len(nodes) // 2
    while parents:
        first = (1 << (parents.bit_length() - 1)) - 1
        spread(
            lambda one: _hash_parents(nodes, one.start, one.stop), slices(parents - first, first)
        )
        parents = first


@compiled
def _hash_parents(nodes: Words, first: int, end: int) -> None:
    """Fill in the parents of one level from the first to before the end."""
    state = np.zeros(STATE_WORDS, np.uint64)
    last = end - 1
    while last >= first:
        count = min(LANES, last - first + 1)
        _hash_block(nodes, last, count, state)
        last -= count


@compiled
def _hash_block(nodes: Words, last: int, count: int, state: Words) -> None:
    state[:] = np.uint64(0)
    for lane in range(count):
        left, right = 2 * (last - lane) + 1, 2 * (last - lane) + 2
        if _less(nodes, right, left):
            left, right = right, left
        for word in range(_WORDS):
            state[LANES * word + lane] = nodes[left, word]
            state[LANES * (_WORDS + word) + lane] = nodes[right, word]
        state[LANES * _PADDING_WORD + lane] = np.uint64(1)
        state[LANES * _LAST_RATE_WORD + lane] = _LAST_BIT
    permute(state)
    for lane in range(count):
        for word in range(_WORDS):
            nodes[last - lane, word] = state[LANES * word + lane]


@compiled
def _less(nodes: Words, first: int, second: int) -> bool:
    for word in range(_WORDS):
        if nodes[first, word] != nodes[second, word]:
            return bool(swapped(nodes[first, word]) < swapped(nodes[second, word]))
    return False
