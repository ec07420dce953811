"""Keccak-256, the hash of the EVM, for words and byte strings."""

import sha3

WORD_BYTES = 32


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte Keccak-256 of ``data`` (the EVM's hash, not SHA3-256)."""
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


def words(*values: bytes) -> bytes:
    """Return ``abi.encode`` of 32-byte values, refusing any other length."""
    for value in values:
        if len(value) != WORD_BYTES:
            raise ValueError(f"A word has {WORD_BYTES} bytes, got {len(value)}.")
    return b"".join(values)
