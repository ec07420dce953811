"""Showing one field of an asset without the rest: two trees, one inside the other.

What was registered is a tree of its own, one salted leaf for each field; its root is the value of
the leaf ``registration`` in the tree of the asset's evidence, beside one leaf for each document. A
field is proven by its way up both trees, a document by its way up the outer one.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collateral.domain.evidence import EvidenceField, evidence_leaf, evidence_tree
from collateral.domain.merkle import verify

FORMAT = "ballast-disclosure-1"


@dataclass(frozen=True)
class Step:
    """One leaf and its way up: its name, the hash of its value, its salt, the sibling hashes."""

    field: EvidenceField
    proof: Sequence[bytes]

    @property
    def leaf(self) -> bytes:
        """The leaf's hash."""
        return evidence_leaf(self.field)


def canonical_value(value: Any) -> bytes:
    """Return the bytes of a field's value that are hashed: JSON, keys sorted, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def flattened(registered: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field by its path: ``attributes.mileage_m`` for one inside another."""
    flat: dict[str, Any] = {}
    for name, value in registered.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat


def registered_leaves(values: Mapping[str, Any], secret: bytes) -> list[EvidenceField]:
    """Return the leaves of what was registered, in order of their names.

    Each salt is ``HMAC-SHA256(secret, name)``: to show one says nothing of the others.
    """
    return [
        EvidenceField(
            name,
            hashlib.sha256(canonical_value(values[name])).digest(),
            hmac.digest(secret, name.encode(), "sha256"),
        )
        for name in sorted(values)
    ]


def registered_root(values: Mapping[str, Any], secret: bytes) -> bytes:
    """Return the root of the inner tree."""
    return evidence_tree(registered_leaves(values, secret)).root


def way_up(fields: Sequence[EvidenceField], name: str) -> Step:
    """Return the step of one leaf among ``fields``; raises ``LookupError`` when it is not there."""
    for field in fields:
        if field.name == name:
            return Step(field, evidence_tree(fields).proof_of(evidence_leaf(field)))
    raise LookupError(name)


def holds(*, steps: Sequence[Step], value: bytes, root: bytes) -> bool:
    """Return whether the steps lead from a value to the root: each root is the next one's value."""
    if not steps or hashlib.sha256(value).digest() != steps[0].field.value_hash:
        return False
    for step, outer in zip(steps, [*steps[1:], None], strict=True):
        reached = root if outer is None else outer.field.value_hash
        if not verify(root=reached, leaf=step.leaf, proof=step.proof):
            return False
    return True


def as_data(step: Step) -> dict[str, Any]:
    """Return a step for the file: hashes as 0x-text."""
    return {
        "name": step.field.name,
        "value_hash": "0x" + step.field.value_hash.hex(),
        "salt": "0x" + step.field.salt.hex(),
        "proof": ["0x" + one.hex() for one in step.proof],
    }
