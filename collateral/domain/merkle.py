"""A Merkle tree with sorted pairs, byte for byte that of OpenZeppelin's StandardMerkleTree."""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from collateral.domain.keccak import WORD_BYTES, keccak256


class MerkleError(ValueError):
    """A tree that cannot be built, or a leaf that is not in it."""


def double_hash(encoded: bytes) -> bytes:
    """Return ``keccak256(keccak256(encoded))``: no inner node can be passed off as a leaf."""
    return keccak256(keccak256(encoded))


def hash_pair(left: bytes, right: bytes) -> bytes:
    """Return the parent of two nodes; their order does not matter."""
    return keccak256(left + right if left < right else right + left)


@dataclass(frozen=True, kw_only=True)
class MultiProof:
    """A proof of several leaves at once, as OpenZeppelin's ``multiProofVerify`` takes it.

    ``order`` are the indices that were asked for, in the order in which their leaves are handed in.
    """

    order: tuple[int, ...]
    siblings: tuple[bytes, ...]
    flags: tuple[bool, ...]


class MerkleTree:
    """The tree over 32-byte leaf hashes; their order of arrival does not change the root."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        if not leaves:
            raise MerkleError("A Merkle tree needs at least one leaf.")
        if any(len(leaf) != WORD_BYTES for leaf in leaves):
            raise MerkleError(f"Every leaf of a Merkle tree is a hash of {WORD_BYTES} bytes.")
        self._leaves = leaves
        self._sorted = sorted(leaves)
        self._nodes = _build(self._sorted)

    @property
    def root(self) -> bytes:
        """The root hash."""
        return self._nodes[0]

    def __len__(self) -> int:
        return len(self._sorted)

    def proof(self, index: int) -> list[bytes]:
        """Return the sibling hashes from the leaf given as number ``index`` up to the root."""
        return self.proof_of(self._leaves[index])

    def proof_of(self, leaf: bytes) -> list[bytes]:
        """Return the sibling hashes from ``leaf`` up to the root."""
        return [self._nodes[one] for one in siblings_above(self._position(leaf))]

    def multi_proof(self, indices: Sequence[int]) -> MultiProof:
        """Return one proof of the leaves given by their numbers."""
        positions = {index: self._position(self._leaves[index]) for index in indices}
        return multi_proof_of(positions, self._nodes.__getitem__)

    def _position(self, leaf: bytes) -> int:
        rank = bisect_left(self._sorted, leaf)
        if rank == len(self._sorted) or self._sorted[rank] != leaf:
            raise MerkleError(f"Leaf 0x{leaf.hex()} is not in this tree.")
        return len(self._nodes) - 1 - rank


def siblings_above(position: int) -> list[int]:
    """Return the places of the siblings on the way from a place in the tree to its root."""
    siblings = []
    while position > 0:
        siblings.append(position + 1 if position % 2 else position - 1)
        position = (position - 1) // 2
    return siblings


def multi_proof_of(positions: Mapping[int, int], node: Callable[[int], bytes]) -> MultiProof:
    """Return one proof of the leaves at some places, given by the numbers they go by.

    Node by node from the last place to the root: a flag says whether the next sibling was already
    computed, or comes from the proof.
    """
    order = sorted(positions, key=positions.__getitem__, reverse=True)
    waiting = deque(positions[index] for index in order)
    siblings: list[bytes] = []
    flags: list[bool] = []
    while waiting and waiting[0] > 0:
        position = waiting.popleft()
        sibling = position + 1 if position % 2 else position - 1
        is_known = bool(waiting) and waiting[0] == sibling
        if is_known:
            waiting.popleft()
        else:
            siblings.append(node(sibling))
        flags.append(is_known)
        waiting.append((position - 1) // 2)
    return MultiProof(order=tuple(order), siblings=tuple(siblings), flags=tuple(flags))


def verify(*, root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether ``proof`` leads from ``leaf`` to ``root``."""
    node = leaf
    for sibling in proof:
        node = hash_pair(node, sibling)
    return node == root


def verify_many(*, root: bytes, leaves: Sequence[bytes], proof: MultiProof) -> bool:
    """Return whether a multi-proof leads from the leaves, in its order, to ``root``."""
    if len(leaves) + len(proof.siblings) != len(proof.flags) + 1:
        return False
    known, siblings = deque(leaves), deque(proof.siblings)
    for flag in proof.flags:
        first = known.popleft()
        known.append(hash_pair(first, known.popleft() if flag else siblings.popleft()))
    return (known or siblings)[0] == root


def _build(sorted_leaves: Sequence[bytes]) -> list[bytes]:
    """Lay out the complete binary tree as an array: root first, leaves last and reversed."""
    count = len(sorted_leaves)
    nodes = [b""] * (count - 1) + list(reversed(sorted_leaves))
    for index in range(count - 2, -1, -1):
        nodes[index] = hash_pair(nodes[2 * index + 1], nodes[2 * index + 2])
    return nodes
