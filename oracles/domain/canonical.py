"""One way to write a document down, so that equal content has equal bytes and one hash."""

import hashlib
import json

SHA256_BYTES = 32


def canonical_json(document: object) -> bytes:
    """Return the document as JSON with sorted keys and no blanks; numbers that JSON lacks fail."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def sha256(content: bytes) -> bytes:
    """Return the SHA-256 of the content."""
    return hashlib.sha256(content).digest()
