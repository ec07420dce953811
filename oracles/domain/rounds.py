"""One round from its snapshot: every value, the tree over them, and what is published."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from collateral.domain.merkle import MerkleTree, MultiProof
from oracles.domain.canonical import sha256
from oracles.domain.columns import Column, Values, empty_values, put
from oracles.domain.errors import SnapshotInvalid
from oracles.domain.leaf import Domain, ValueLeaf, ValueStatus, leaf_hash
from oracles.domain.parameters import model_set_hash
from oracles.domain.published import write_leaves
from oracles.domain.snapshot import Snapshot, read_snapshot
from oracles.domain.valuation import value_subject

# From so many subjects on, loading the compiled kernels is quicker than doing without.
BULK_FROM = 2_000


class Tree(Protocol):
    """A Merkle tree with sorted pairs over the leaves of a round."""

    @property
    def root(self) -> bytes: ...

    def proof(self, index: int) -> list[bytes]: ...

    def multi_proof(self, indices: Sequence[int]) -> MultiProof: ...


@dataclass(frozen=True, kw_only=True)
class RoundResult:
    """What a reporter signs, and the bytes behind it. ``leaves`` is published (rule V5)."""

    domain: Domain
    observed_at: int
    root: bytes
    content_hash: bytes
    model_set_hash: bytes
    snapshot_hash: bytes
    leaves: bytes
    snapshot: Snapshot = field(compare=False, repr=False)
    values: Values = field(compare=False, repr=False)

    @property
    def count(self) -> int:
        """Number of leaves."""
        return len(self.values)


def recompute(content: bytes) -> RoundResult:
    """Return the round that a snapshot's bytes lead to; the same bytes give the same round.

    The service that opens a round and every reporter that signs it run this very function.
    """
    snapshot = read_snapshot(content)
    if snapshot.model_set_hash != model_set_hash().hex():
        raise SnapshotInvalid(
            "MODEL_SET_MISMATCH",
            f"The snapshot is for the models {snapshot.model_set_hash[:16]}…, these are "
            f"{model_set_hash().hex()[:16]}…. Recompute it with the version that it names.",
        )
    values = value_all(snapshot)
    if not len(values):
        raise SnapshotInvalid(
            "NOTHING_TO_VALUE",
            "No subject has a fresh observation, so there is no round. Record observations first.",
        )
    rows = values.leaf_rows()
    tree = tree_of(rows, snapshot.domain)
    snapshot_hash = sha256(content)
    leaves = write_leaves(snapshot, rows, snapshot_hash=snapshot_hash)
    return RoundResult(
        domain=snapshot.domain,
        observed_at=snapshot.observed_at,
        root=tree.root,
        content_hash=sha256(leaves),
        model_set_hash=model_set_hash(),
        snapshot_hash=snapshot_hash,
        leaves=leaves,
        snapshot=snapshot,
        values=values,
    )


def value_all(snapshot: Snapshot) -> Values:
    """Return the values of all subjects that have one, in the order of their ids."""
    values = empty_values(snapshot.inputs)
    left = range(len(snapshot.inputs))
    if compiled_for(len(snapshot.inputs)):
        left = _bulk("values").fill(values, snapshot)
    for index in left:
        valued = value_subject(
            snapshot.inputs.subject(index),
            observed_at=snapshot.observed_at,
            elapsed_s=snapshot.elapsed_s,
        )
        if valued is not None:
            put(values, index, valued)
    return values.where(values.value > 0)


def tree_of(rows: Column, domain: Domain) -> Tree:
    """Return the tree over published leaves; proofs go by their places."""
    if compiled_for(len(rows)):
        tree: Tree = _bulk("leaves").leaf_tree(rows, domain)
        return tree
    return MerkleTree([leaf_hash(leaf_of(row), domain) for row in rows])


def leaf_of(row: Any) -> ValueLeaf:
    """Return one published leaf in the domain's own terms."""
    return ValueLeaf(
        asset_id=int.from_bytes(row["asset_id"].tobytes(), "big"),
        class_id=int(row["class_id"]),
        status=ValueStatus(int(row["status"])),
        value=int(row["value"]),
        lower=int(row["lower"]),
        observed_at=int(row["observed_at"]),
        valid_until=int(row["valid_until"]),
    )


@cache
def _can_compile() -> bool:
    return find_spec("numba") is not None


def compiled_for(count: int) -> bool:
    """Return whether so many subjects are worth the compiled kernels, where there are any."""
    return count >= BULK_FROM and _can_compile()


def _bulk(name: str) -> Any:
    return import_module(f"oracles.domain.bulk.{name}")
