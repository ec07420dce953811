"""A Merkle tree with sorted pairs, byte for byte that of OpenZeppelin's StandardMerkleTree."""

from bisect import bisect_left
from collections.abc import Sequence

from collateral.domain.keccak import WORD_BYTES, keccak256


class MerkleError(ValueError):
    """A tree that cannot be built, or a leaf that is not in it."""


def double_hash(encoded: bytes) -> bytes:
    """Return ``keccak256(keccak256(encoded))``: no inner node can be passed off as a leaf."""
    return keccak256(keccak256(encoded))


def hash_pair(left: bytes, right: bytes) -> bytes:
    """Return the parent of two nodes; their order does not matter."""
    return keccak256(left + right if left < right else right + left)


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
        rank = bisect_left(self._sorted, leaf)
        if rank == len(self._sorted) or self._sorted[rank] != leaf:
            raise MerkleError(f"Leaf 0x{leaf.hex()} is not in this tree.")
        position = len(self._nodes) - 1 - rank
        siblings = []
        while position > 0:
            siblings.append(self._nodes[position + 1 if position % 2 else position - 1])
            position = (position - 1) // 2
        return siblings


def verify(*, root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether ``proof`` leads from ``leaf`` to ``root``."""
    node = leaf
    for sibling in proof:
        node = hash_pair(node, sibling)
    return node == root


def _build(sorted_leaves: Sequence[bytes]) -> list[bytes]:
    """Lay out the complete binary tree as an array: root first, leaves last and reversed."""
    count = len(sorted_leaves)
    nodes = [b""] * (count - 1) + list(reversed(sorted_leaves))
    for index in range(count - 2, -1, -1):
        nodes[index] = hash_pair(nodes[2 * index + 1], nodes[2 * index + 2])
    return nodes
