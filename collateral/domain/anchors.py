"""Anchors: the public, unlinkable names that make a physical thing unique (rule A1)."""

import hmac
from collections.abc import Sequence

from collateral.domain.identifiers import Identifier
from collateral.domain.keccak import WORD_BYTES, keccak256, words

MIN_KEY_BYTES = 16


def anchor(*, scheme: str, canonical: str, key: bytes) -> bytes:
    """Return ``keccak256(abi.encode(keccak256(scheme), HMAC_SHA256(key, canonical)))``.

    The class is no part of it: one thing has one anchor whatever it is registered as.
    """
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"An anchor key has at least {MIN_KEY_BYTES} bytes, got {len(key)}.")
    tag = hmac.digest(key, canonical.encode(), "sha256")
    return keccak256(words(keccak256(scheme.encode()), tag))


def anchors_of(*, identifiers: Sequence[Identifier], keys: Sequence[bytes]) -> list[bytes]:
    """Return the anchors of all identifiers under all key versions, without repeats.

    The newest key comes first in ``keys``; the first anchor (best identifier, newest key) is
    the token id. After a rotation both versions are claimed, so the old one stays taken.
    """
    if not identifiers:
        raise ValueError("A thing needs at least one identifier to be anchored.")
    if not keys:
        raise ValueError("At least one anchor key is needed.")
    ordered = [
        anchor(scheme=identifier.scheme, canonical=identifier.canonical, key=key)
        for key in keys
        for identifier in identifiers
    ]
    return list(dict.fromkeys(ordered))


def identity_commitment(*, salt: bytes, canonical: str) -> bytes:
    """Return ``keccak256(salt ‖ canonical)``: it proves later which identity was anchored."""
    if len(salt) != WORD_BYTES:
        raise ValueError(f"A commitment salt has {WORD_BYTES} bytes, got {len(salt)}.")
    return keccak256(salt + canonical.encode())
