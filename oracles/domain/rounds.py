"""One round from its snapshot: every value, the tree over them, and what is published."""

from collections.abc import Sequence
from dataclasses import dataclass

from collateral.domain.merkle import MerkleTree
from oracles.domain.canonical import canonical_json, sha256
from oracles.domain.errors import SnapshotInvalid
from oracles.domain.leaf import Domain, ValueLeaf, leaf_hash
from oracles.domain.parameters import model_set_hash
from oracles.domain.snapshot import Snapshot, read_snapshot
from oracles.domain.valuation import Valued, value_subject

LEAVES_FORMAT = "ballast-leaves-1"


@dataclass(frozen=True, kw_only=True)
class RoundResult:
    """What a reporter signs, and the bytes behind it. ``leaves`` is published (rule V5)."""

    domain: Domain
    observed_at: int
    root: bytes
    content_hash: bytes
    model_set_hash: bytes
    snapshot_hash: bytes
    valued: tuple[Valued, ...]
    leaves: bytes

    @property
    def count(self) -> int:
        """Number of leaves."""
        return len(self.valued)


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
    valued = value_all(snapshot)
    if not valued:
        raise SnapshotInvalid(
            "NOTHING_TO_VALUE",
            "No subject has a fresh observation, so there is no round. Record observations first.",
        )
    tree = MerkleTree([leaf_hash(one.leaf, snapshot.domain) for one in valued])
    leaves = write_leaves(snapshot, valued, snapshot_hash=sha256(content))
    return RoundResult(
        domain=snapshot.domain,
        observed_at=snapshot.observed_at,
        root=tree.root,
        content_hash=sha256(leaves),
        model_set_hash=model_set_hash(),
        snapshot_hash=sha256(content),
        valued=valued,
        leaves=leaves,
    )


def value_all(snapshot: Snapshot) -> tuple[Valued, ...]:
    """Return the values of all subjects that have one, in the order of their ids."""
    found = (
        value_subject(subject, observed_at=snapshot.observed_at, elapsed_s=snapshot.elapsed_s)
        for subject in snapshot.subjects
    )
    return tuple(one for one in found if one is not None)


def write_leaves(snapshot: Snapshot, valued: Sequence[Valued], *, snapshot_hash: bytes) -> bytes:
    """Return the published document: the leaves, and the hash of the inputs behind them.

    Its SHA-256 is the content hash of the round, so signatures bind the inputs as well.
    """
    return canonical_json(
        {
            "format": LEAVES_FORMAT,
            "chain_id": snapshot.domain.chain_id,
            "oracle": snapshot.domain.oracle,
            "round": snapshot.domain.number,
            "observed_at": snapshot.observed_at,
            "model_set_hash": snapshot.model_set_hash,
            "snapshot_hash": snapshot_hash.hex(),
            "fields": list(ValueLeaf.__dataclass_fields__),
            "leaves": [[str(number) for number in one.leaf.as_tuple()] for one in valued],
        }
    )
