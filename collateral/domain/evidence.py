"""Evidence of an asset as salted leaves, so that one document can be shown without the rest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from collateral.domain.keccak import WORD_BYTES, keccak256, words
from collateral.domain.merkle import MerkleTree, double_hash, verify


@dataclass(frozen=True)
class EvidenceField:
    """One document or field: what it is called, the hash of its value, and its salt."""

    name: str
    value_hash: bytes
    salt: bytes


def document_hash(content: bytes) -> bytes:
    """Return the SHA-256 of a document, the value hash of its leaf."""
    return hashlib.sha256(content).digest()


def evidence_leaf(field: EvidenceField) -> bytes:
    """Return ``keccak256(keccak256(abi.encode(fieldId, valueHash, salt)))``.

    ``fieldId`` is the Keccak-256 of the field's name. The salt keeps short values (a price, a
    year) from being guessed out of the tree.
    """
    if len(field.salt) != WORD_BYTES:
        raise ValueError(
            f"The salt of evidence {field.name!r} has {len(field.salt)} bytes; it needs 32."
        )
    return double_hash(words(keccak256(field.name.encode()), field.value_hash, field.salt))


def evidence_tree(fields: Sequence[EvidenceField]) -> MerkleTree:
    """Return the tree over all fields; its root is what verifiers sign."""
    return MerkleTree([evidence_leaf(field) for field in fields])


def shows(*, root: bytes, field: EvidenceField, proof: Sequence[bytes]) -> bool:
    """Return whether ``field`` with its value and salt is part of the evidence under ``root``."""
    return verify(root=root, leaf=evidence_leaf(field), proof=proof)
