"""The published leaves of a round (rule V5): written once, read by whoever builds proofs."""

import json
from collections.abc import Sequence

from oracles.domain.canonical import canonical_json
from oracles.domain.errors import SnapshotInvalid
from oracles.domain.leaf import Domain, ValueLeaf, ValueStatus
from oracles.domain.snapshot import Snapshot

FORMAT = "ballast-leaves-1"
_FIELDS = list(ValueLeaf.__dataclass_fields__)


def write_leaves(snapshot: Snapshot, leaves: Sequence[ValueLeaf], *, snapshot_hash: bytes) -> bytes:
    """Return the published document: the leaves, and the hash of the inputs behind them.

    Its SHA-256 is the content hash of the round, so signatures bind the inputs as well.
    """
    return canonical_json(
        {
            "format": FORMAT,
            "chain_id": snapshot.domain.chain_id,
            "oracle": snapshot.domain.oracle,
            "round": snapshot.domain.number,
            "observed_at": snapshot.observed_at,
            "model_set_hash": snapshot.model_set_hash,
            "snapshot_hash": snapshot_hash.hex(),
            "fields": _FIELDS,
            "leaves": [[str(number) for number in leaf.as_tuple()] for leaf in leaves],
        }
    )


def read_leaves(content: bytes) -> tuple[Domain, list[ValueLeaf]]:
    """Return the domain and the leaves of a published document."""
    try:
        document = json.loads(content)
        if document["format"] != FORMAT or document["fields"] != _FIELDS:
            raise ValueError(f"it is not in the format {FORMAT}")
        domain = Domain(
            chain_id=int(document["chain_id"]),
            oracle=str(document["oracle"]),
            number=int(document["round"]),
        )
        return domain, [_leaf(row) for row in document["leaves"]]
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotInvalid(
            "BAD_LEAVES", f"The published leaves cannot be read: {error}."
        ) from None


def _leaf(row: Sequence[str]) -> ValueLeaf:
    asset_id, class_id, status, value, lower, observed_at, valid_until = map(int, row)
    return ValueLeaf(
        asset_id=asset_id,
        class_id=class_id,
        status=ValueStatus(status),
        value=value,
        lower=lower,
        observed_at=observed_at,
        valid_until=valid_until,
    )
