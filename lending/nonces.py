"""Numbers that what somebody signs or sends for a loan bears, so that it counts once (rule S4)."""

import secrets

# Enough that two at random are never the same, and few enough for a wallet to show.
NONCE_BITS = 64


def fresh_nonce() -> int:
    """Return a nonce that nobody has used."""
    return secrets.randbits(NONCE_BITS)
