"""What is signed to enrol a device: a hash by the device, a text by the owner's wallet."""

import hashlib

_DOMAIN = b"Ballast enrolment 1"


def enrolment_digest(*, asset_id: int, kind: str, public_key: bytes, nonce: bytes) -> bytes:
    """Return the SHA-256 that the device's key signs.

    Layout: "Ballast enrolment 1", asset (8 bytes, big-endian), nonce (32), name of the kind, key.
    """
    return hashlib.sha256(
        _DOMAIN + asset_id.to_bytes(8) + nonce + kind.encode() + public_key
    ).digest()


def owner_text(*, asset_id: int, kind: str, public_key: bytes, nonce: bytes) -> str:
    """Return the words that the owner signs in its wallet (EIP-191)."""
    return (
        f"Let the {kind} key 0x{public_key.hex()} report for asset {asset_id} on Ballast.\n"
        f"Challenge 0x{nonce.hex()}"
    )
