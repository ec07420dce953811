"""The values of one round as a Merkle tree of any size, built leaf by leaf."""

from collections.abc import Sequence
from typing import Any

from collateral.domain.keccak import keccak256
from collateral.domain.merkle import MerkleTree, double_hash, hash_pair
from oracles.domain.leaf import Domain, ValueLeaf, ValueStatus, address_number, leaf_hash

_FIRST_OTHER_ID = 1 << 200
_WORD = 32


class ValueTree:
    """Some values that are used, among other assets' values up to ``size`` leaves.

    Where ``depth`` is more than the size gives, single hashes stand for the rest of a larger
    tree: a proof has as many siblings, and costs the same, as in a tree of ``2**depth`` leaves.
    """

    def __init__(self, domain: Domain, used: Sequence[ValueLeaf], size: int, depth: int) -> None:
        self._leaves = {leaf.asset_id: leaf for leaf in used}
        self._domain = domain
        hashes = [leaf_hash(leaf, domain) for leaf in used]
        self._tree = MerkleTree(hashes + _other_hashes(domain, used[0], size - len(used)))
        self.root, self._above = self._tree.root, list[bytes]()
        for level in range(size.bit_length() - 1, depth):
            self._above.append(keccak256(level.to_bytes(_WORD, "big")))
            self.root = hash_pair(self.root, self._above[-1])

    def proof(self, asset_id: int) -> dict[str, Any]:
        """Return the leaf of an asset with its path, as the contracts take it."""
        leaf = self._leaves[asset_id]
        names = ("assetId", "classId", "status", "value", "lower", "observedAt", "validUntil")
        path = self._tree.proof_of(leaf_hash(leaf, self._domain)) + self._above
        return {"leaf": dict(zip(names, leaf.as_tuple(), strict=True)), "path": path}


def value_leaf(asset_id: int, class_id: int, lower: int, now: int, valid_for_s: int) -> ValueLeaf:
    """Return a valid leaf; its central value is a twentieth above the lower bound."""
    return ValueLeaf(
        asset_id=asset_id,
        class_id=class_id,
        status=ValueStatus.VALID,
        value=lower * 21 // 20,
        lower=lower,
        observed_at=now,
        valid_until=now + valid_for_s,
    )


def _other_hashes(domain: Domain, like: ValueLeaf, count: int) -> list[bytes]:
    """Return the leaf hashes of other assets; their words are joined once, a million are hashed."""
    before = _words(domain.chain_id, address_number(domain.oracle), domain.number)
    after = _words(*like.as_tuple()[1:])
    ids = range(_FIRST_OTHER_ID, _FIRST_OTHER_ID + count)
    return [double_hash(before + number.to_bytes(_WORD, "big") + after) for number in ids]


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(_WORD, "big") for number in numbers)
