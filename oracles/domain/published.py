"""The published leaves of a round (rule V5): written once, read by whoever builds proofs."""

from dataclasses import dataclass

from oracles.domain.columns import LEAF, Column
from oracles.domain.errors import SnapshotInvalid
from oracles.domain.framing import domain_of, header_of, joined, records_of, whole
from oracles.domain.leaf import Domain
from oracles.domain.snapshot import Snapshot

FORMAT = "ballast-leaves-2"
_FIELDS = list(LEAF.names or ())


@dataclass(frozen=True, eq=False, kw_only=True)
class Published:
    """The leaves of a round as records, by id."""

    domain: Domain
    rows: Column


def write_leaves(snapshot: Snapshot, rows: Column, *, snapshot_hash: bytes) -> bytes:
    """Return the published document: the leaves, and the hash of the inputs behind them.

    Its SHA-256 is the content hash of the round, so signatures bind the inputs as well.
    """
    header = {
        "format": FORMAT,
        "chain_id": snapshot.domain.chain_id,
        "oracle": snapshot.domain.oracle,
        "round": snapshot.domain.number,
        "observed_at": snapshot.observed_at,
        "model_set_hash": snapshot.model_set_hash,
        "snapshot_hash": snapshot_hash.hex(),
        "fields": _FIELDS,
        "count": len(rows),
    }
    return joined(header, rows)


def read_leaves(content: bytes) -> Published:
    """Return the leaves of a published document."""
    try:
        header, start = header_of(content, FORMAT)
        if header["fields"] != _FIELDS:
            raise ValueError("its fields are not those of a leaf")
        (rows,) = records_of(content, start, leaves=(LEAF, whole(header["count"])))
        return Published(domain=domain_of(header), rows=rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotInvalid(
            "BAD_LEAVES", f"The published leaves cannot be read: {error}."
        ) from None
