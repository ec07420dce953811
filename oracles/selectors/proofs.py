"""Proofs of values, cut from a tree that each process builds once a round."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from oracles.documents import hash_text, read_document
from oracles.domain.columns import Column, id_bytes
from oracles.domain.errors import RoundRefused
from oracles.domain.published import read_leaves
from oracles.domain.rounds import Tree, leaf_of, tree_of
from oracles.selectors.rounds import usable_rounds

LeafTuple = tuple[int, int, int, int, int, int, int]
# ((assetId, classId, status, value, lower, observedAt, validUntil), path)
ValueProof = tuple[LeafTuple, list[bytes]]
NO_PROOF: ValueProof = ((0, 0, 0, 0, 0, 0, 0), [])


@dataclass(frozen=True)
class _Tree:
    """The leaves of a round by id, and the tree over them."""

    ids: Column
    rows: Column
    tree: Tree

    def proof(self, asset_id: int) -> ValueProof:
        if not 0 < asset_id < 2**256:
            return NO_PROOF
        wanted = id_bytes([asset_id]).view("S32")[0, 0]
        place = int(np.searchsorted(self.ids, wanted))
        if place == len(self.ids) or self.ids[place] != wanted:
            return NO_PROOF
        return leaf_of(self.rows[place]).as_tuple(), self.tree.proof(place)


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
    tree = value_tree(found.content_hash, found.root)
    return [tree.proof(asset_id) for asset_id in asset_ids]


# Two rounds are usable at a time; a tree of a million leaves takes 150 MB.
@lru_cache(maxsize=2)
def value_tree(content_hash: str, root: str) -> _Tree:
    """Build the tree of a published round, whose root is checked."""
    content = read_document(content_hash)
    if content is None:
        raise RoundRefused(
            "CONTENT_MISSING",
            "The leaves of this round are not here: it was published by others. Fetch the "
            "document with its content hash and recompute it.",
        )
    published = read_leaves(content)
    tree = tree_of(published.rows, published.domain)
    if hash_text(tree.root) != root:
        number = published.domain.number
        raise RoundRefused(
            "ROOT_MISMATCH",
            f"The stored leaves of round {number} do not give its published root {root}. "
            f"Run `manage.py reprice --round {number}`.",
        )
    ids = np.ascontiguousarray(published.rows["asset_id"]).view("S32").ravel()
    return _Tree(ids, published.rows, tree)
