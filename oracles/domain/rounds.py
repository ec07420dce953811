"""One round from its snapshot: every value, the tree over them, and what is published."""

from dataclasses import dataclass

from collateral.domain.merkle import MerkleTree
from oracles.domain.canonical import sha256
from oracles.domain.errors import SnapshotInvalid
from oracles.domain.leaf import Domain, leaf_hash
from oracles.domain.parameters import model_set_hash
from oracles.domain.published import write_leaves
from oracles.domain.snapshot import Snapshot, read_snapshot
from oracles.domain.valuation import Valued, value_subject


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
    leaves = write_leaves(snapshot, [one.leaf for one in valued], snapshot_hash=sha256(content))
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
