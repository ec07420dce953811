"""The text that a wallet signs to sign in (EIP-4361)."""

from datetime import UTC, datetime

STATEMENT = "Sign in to Ballast. This signature moves nothing and costs nothing."
LIFE_S = 300


def sign_in_message(
    *, origin: str, address: str, chain_id: int, nonce: str, issued_at_s: int, expires_at_s: int
) -> str:
    """Return the message for a checksummed address; times are unix seconds.

    Only this function makes it, and it is made again when the signature comes back: nothing that
    a browser sends is ever parsed.
    """
    return "\n".join(
        (
            f"{origin.partition('://')[2]} wants you to sign in with your Ethereum account:",
            address,
            "",
            STATEMENT,
            "",
            f"URI: {origin}",
            "Version: 1",
            f"Chain ID: {chain_id}",
            f"Nonce: {nonce}",
            f"Issued At: {_iso(issued_at_s)}",
            f"Expiration Time: {_iso(expires_at_s)}",
        )
    )


def _iso(unix_s: int) -> str:
    return datetime.fromtimestamp(unix_s, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
