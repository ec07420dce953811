"""Proofs of values, cut from a tree that each process builds once a round."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np

from collateral.domain.merkle import MultiProof
from oracles.chain import oracle_terms
from oracles.documents import hash_text, read_document
from oracles.domain.columns import Column, id_bytes
from oracles.domain.errors import RoundRefused
from oracles.domain.leaf import Domain, ValueLeaf, leaf_hash
from oracles.domain.published import read_leaves
from oracles.domain.rounds import Tree, leaf_of, tree_of
from oracles.selectors.rounds import usable_rounds

LeafTuple = tuple[int, int, int, int, int, int, int]
# ((assetId, classId, status, value, lower, observedAt, validUntil), path)
ValueProof = tuple[LeafTuple, list[bytes]]
NO_PROOF: ValueProof = ((0, 0, 0, 0, 0, 0, 0), [])


@dataclass(frozen=True, kw_only=True)
class UsableRound:
    """A round that the contract takes proofs of, and where it is published."""

    number: int
    root: str
    content_hash: str
    chain_id: int
    oracle: str


@dataclass(frozen=True, kw_only=True)
class ProvenValue:
    """A value, its hash, and the siblings that lead from it to the root."""

    leaf: ValueLeaf
    leaf_hash: bytes
    proof: list[bytes]


@dataclass(frozen=True, kw_only=True)
class ProvenValues:
    """Values with their hashes in the order of their one proof, and the ids without a value."""

    values: list[tuple[ValueLeaf, bytes]]
    proof: MultiProof
    missing: list[int]


@dataclass(frozen=True)
class _Tree:
    """The leaves of a round by id, and the tree over them."""

    domain: Domain
    ids: Column
    rows: Column
    tree: Tree

    def place(self, asset_id: int) -> int | None:
        """Return where the leaf of an id is."""
        if not 0 < asset_id < 2**256:
            return None
        wanted = id_bytes([asset_id]).view("S32")[0, 0]
        place = int(np.searchsorted(self.ids, wanted))
        return place if place < len(self.ids) and self.ids[place] == wanted else None

    def leaf(self, place: int) -> ValueLeaf:
        return leaf_of(self.rows[place])

    def proof(self, asset_id: int) -> ValueProof:
        place = self.place(asset_id)
        return NO_PROOF if place is None else (self.leaf(place).as_tuple(), self.tree.proof(place))


def rounds_in_use() -> list[UsableRound]:
    """Return the rounds that can be used, the newest first (rule V1)."""
    terms = oracle_terms()
    return [
        UsableRound(
            number=one.number,
            root=one.root,
            content_hash=one.content_hash,
            chain_id=terms.chain_id,
            oracle=terms.address,
        )
        for one in usable_rounds()
        if one is not None
    ]


def proven_value(*, asset_id: int, round: UsableRound) -> ProvenValue:
    """Return the proof of one value (token id, or token address as a number)."""
    tree = value_tree(round.content_hash, round.root)
    place = tree.place(asset_id)
    if place is None:
        raise RoundRefused(
            "NOT_VALUED",
            f"Asset {asset_id} has no value in round {round.number}: nobody observed it lately.",
        )
    leaf = tree.leaf(place)
    return ProvenValue(
        leaf=leaf, leaf_hash=leaf_hash(leaf, tree.domain), proof=tree.tree.proof(place)
    )


def proven_values(*, asset_ids: Sequence[int], round: UsableRound) -> ProvenValues:
    """Return one proof of many values; ids without a value are named apart."""
    tree = value_tree(round.content_hash, round.root)
    found = {one: tree.place(one) for one in asset_ids}
    places = [place for place in found.values() if place is not None]
    proof = tree.tree.multi_proof(places)
    leaves = [tree.leaf(place) for place in proof.order]
    return ProvenValues(
        values=[(leaf, leaf_hash(leaf, tree.domain)) for leaf in leaves],
        proof=proof,
        missing=[one for one, place in found.items() if place is None],
    )


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


_BUILDING = Lock()


def value_tree(content_hash: str, root: str) -> _Tree:
    """Return the tree of a published round; of many threads that ask, one builds it."""
    with _BUILDING:
        return _built_tree(content_hash, root)


# Two rounds are usable at a time; a tree of a million leaves takes 150 MB.
@lru_cache(maxsize=2)
def _built_tree(content_hash: str, root: str) -> _Tree:
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
    return _Tree(published.domain, ids, published.rows, tree)
