"""What a board says of itself: a token (JWT, RFC 9711) by its own key, with its maker's chain.

The key in the first certificate of ``x5c`` signs, and is the one that the asset is registered by;
the last certificate is signed by a root that the operator trusts. The nonce names the asset and the
round, so that nobody can have made the token before, or for another board.
"""

import base64
import binascii
import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm

from collateral.domain.identifiers.devices import public_key_fingerprint
from collateral.domain.keccak import keccak256
from collateral.domain.refusal import Refusal

MAX_AGE_S = 600
MAX_AHEAD_S = 60
MAX_TOKEN_LENGTH = 32_768
MAX_CERTIFICATES = 5
# RFC 7518: the curve's size in bytes, and its hash.
_ALGORITHMS: dict[str, tuple[str, int, type[HashAlgorithm]]] = {
    "ES256": ("secp256r1", 32, SHA256),
    "ES384": ("secp384r1", 48, SHA384),
}


class TokenRefused(Refusal):
    """A token that proves nothing: a stable code and a full sentence."""


def token_nonce(*, anchor: bytes, round_nonce: bytes) -> str:
    """Return the nonce for an asset (its 32-byte anchor) in a round: Keccak-256, hexadecimal."""
    return keccak256(anchor + round_nonce).hex()


def check_token(
    token: str,
    *,
    nonces: Sequence[str],
    fingerprint: str,
    roots: Sequence[x509.Certificate],
    now_s: int,
) -> None:
    """Raise ``TokenRefused`` unless the board with that key made the token lately for us.

    ``nonces`` are those that may be answered; ``fingerprint`` is the SHA-256 of the board's public
    key in hexadecimal; ``now_s`` is unix seconds.
    """
    header, claims, signed, signature = _parts(token)
    chain = _certificates(header)
    _refuse_chain(chain, roots, now_s)
    if public_key_fingerprint(chain[0]) != fingerprint:
        raise TokenRefused(
            "ATTESTATION_KEY", "Another board made the token: its key is not the one registered."
        )
    _refuse_signature(header, chain[0], signed, signature)
    said = claims.get("eat_nonce", claims.get("nonce"))
    if not isinstance(said, str) or said.lower().removeprefix("0x") not in nonces:
        raise TokenRefused(
            "ATTESTATION_NONCE", "The token answers another nonce; ask for one and answer that."
        )
    made = claims.get("iat")
    if type(made) is not int or not now_s - MAX_AGE_S <= made <= now_s + MAX_AHEAD_S:
        raise TokenRefused(
            "ATTESTATION_AGE", f"The token was not made in the last {MAX_AGE_S // 60} minutes."
        )


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    pieces = token.strip().split(".")
    if len(token) > MAX_TOKEN_LENGTH or len(pieces) != 3:
        raise _unreadable()
    try:
        header, claims = (json.loads(_decoded(piece)) for piece in pieces[:2])
        signature = _decoded(pieces[2])
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _unreadable()
    return header, claims, ".".join(pieces[:2]).encode(), signature


def _decoded(piece: str) -> bytes:
    return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))


def _unreadable() -> TokenRefused:
    return TokenRefused(
        "ATTESTATION_FORMAT", "This is no signed JSON web token; send the board's answer unchanged."
    )


def _certificates(header: dict[str, Any]) -> list[x509.Certificate]:
    given = header.get("x5c")
    if not isinstance(given, list) or not 0 < len(given) <= MAX_CERTIFICATES:
        raise _chain(f"the token names no chain of 1 to {MAX_CERTIFICATES} certificates (x5c)")
    try:
        return [
            x509.load_der_x509_certificate(base64.b64decode(one, validate=True)) for one in given
        ]
    except (ValueError, TypeError, binascii.Error) as error:
        raise _chain("a certificate cannot be read") from error


def _chain(why: str) -> TokenRefused:
    return TokenRefused("CERT_CHAIN", f"The board's certificates prove nothing: {why}.")


def _refuse_chain(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now_s: int
) -> None:
    now = datetime.fromtimestamp(now_s, tz=UTC)
    for one in chain:
        if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
            raise _chain("one of them is not valid now")
    for one, issuer in itertools.pairwise(chain):
        if not (_may_issue(issuer) and _is_issued(one, issuer)):
            raise _chain("one of them is not issued by the next")
    if not any(chain[-1] == root or _is_issued(chain[-1], root) for root in roots):
        raise _chain("they lead to no root that the operator trusts")


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return basic.value.ca


def _is_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _refuse_signature(
    header: dict[str, Any], certificate: x509.Certificate, signed: bytes, signature: bytes
) -> None:
    # The header's word counts only together with the key's own curve: "none" is no algorithm here.
    curve, size, digest = _ALGORITHMS.get(str(header.get("alg")), ("", 0, SHA256))
    key = certificate.public_key()
    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name != curve:
        raise _unsigned()
    if len(signature) != 2 * size:
        raise _unsigned()
    r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
    try:
        key.verify(encode_dss_signature(r, s), signed, ECDSA(digest()))
    except InvalidSignature as error:
        raise _unsigned() from error


def _unsigned() -> TokenRefused:
    return TokenRefused(
        "ATTESTATION_SIGNATURE", "The token is not signed by the board's key (ES256 or ES384)."
    )
