"""Proofs of values, cut from a tree that each process builds once a round."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from collateral.domain.merkle import MerkleTree
from oracles.domain.errors import RoundRefused
from oracles.domain.leaf import Domain, ValueLeaf, leaf_hash
from oracles.domain.published import read_leaves
from oracles.models import RoundContent
from oracles.selectors.rounds import usable_rounds

LeafTuple = tuple[int, int, int, int, int, int, int]
# ((assetId, classId, status, value, lower, observedAt, validUntil), path)
ValueProof = tuple[LeafTuple, list[bytes]]
NO_PROOF: ValueProof = ((0, 0, 0, 0, 0, 0, 0), [])


@dataclass(frozen=True)
class _Tree:
    domain: Domain
    leaves: dict[int, ValueLeaf]
    tree: MerkleTree

    def proof(self, asset_id: int) -> ValueProof:
        leaf = self.leaves.get(asset_id)
        if leaf is None:
            return NO_PROOF
        return leaf.as_tuple(), self.tree.proof_of(leaf_hash(leaf, self.domain))


def proofs(*, asset_ids: Sequence[int], round_number: int) -> list[ValueProof]:
    """Return a proof for each id (token id, or token address as a number), in their order.

    An id without a value gets the empty proof. Only the last two rounds are usable (rule V1).
    """
    usable = [one for one in usable_rounds() if one is not None]
    found = next((one for one in usable if one.number == round_number), None)
    if found is None:
        numbers = " and ".join(str(one.number) for one in usable) or "none yet"
        raise RoundRefused(
            "ROUND_UNUSABLE",
            f"Round {round_number} cannot be used; the usable rounds are: {numbers}.",
        )
    tree = _tree(found.pk, found.root)
    return [tree.proof(asset_id) for asset_id in asset_ids]


@lru_cache(maxsize=4)
def _tree(round_id: int, root: str) -> _Tree:
    """Build the tree of a published round; its root is part of the key and is checked."""
    content = RoundContent.objects.filter(round=round_id).first()
    if content is None:
        raise RoundRefused(
            "CONTENT_MISSING",
            "The leaves of this round are not here: it was published by others. Fetch the "
            "document with its content hash and recompute it.",
        )
    domain, found = read_leaves(bytes(content.leaves))
    tree = MerkleTree([leaf_hash(leaf, domain) for leaf in found])
    if "0x" + tree.root.hex() != root:
        raise RoundRefused(
            "ROOT_MISMATCH",
            f"The stored leaves of round {domain.number} do not give its published root {root}. "
            f"Run `manage.py reprice --round {domain.number}`.",
        )
    return _Tree(domain, {leaf.asset_id: leaf for leaf in found}, tree)
