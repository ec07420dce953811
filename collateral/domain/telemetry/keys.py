"""Public keys of devices, of the three kinds that secure elements hold, and their signatures."""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from coincurve import PublicKey
from coincurve.ecdsa import cdata_to_der, deserialize_compact
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from collateral.domain.telemetry.errors import TelemetryError

SIGNATURE_BYTES = 64
KEYS_REMEMBERED = 65_536
_HALF = SIGNATURE_BYTES // 2
_P256_DIGEST = ec.ECDSA(Prehashed(SHA256()))


class KeyKind(StrEnum):
    """The curve of a device's key."""

    SECP256K1 = "secp256k1"
    P256 = "p256"
    ED25519 = "ed25519"


Verify = Callable[[bytes, bytes], bool]


def canonical_key(kind: KeyKind, raw: bytes) -> bytes:
    """Return a public key in its one form: 33 bytes compressed, or 32 for Ed25519.

    Raises ``TelemetryError`` for bytes that are no point of the curve.
    """
    try:
        return _CANONICAL[kind](raw)
    except ValueError as error:
        raise TelemetryError(
            "DEVICE_KEY", f"These {len(raw)} bytes are no {kind} public key; read it again."
        ) from error


def verifies(kind: KeyKind, public_key: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether the key signed the 32-byte digest; the signature has 64 bytes, r and s.

    Ed25519 signs the digest as its message. For secp256k1 the lower of the two s is expected.
    """
    if len(signature) != SIGNATURE_BYTES:
        return False
    return _verifier(kind, public_key)(digest, signature)


@lru_cache(maxsize=KEYS_REMEMBERED)
def _verifier(kind: KeyKind, public_key: bytes) -> Verify:
    """Return the check of one key; reading a point costs as much as checking a signature."""
    return _VERIFIERS[kind](public_key)


def _secp256k1(public_key: bytes) -> Verify:
    point = PublicKey(public_key)

    def verify(digest: bytes, signature: bytes) -> bool:
        try:
            der = cdata_to_der(deserialize_compact(signature))
        except ValueError:
            return False
        return point.verify(der, digest, hasher=None)

    return verify


def _p256(public_key: bytes) -> Verify:
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)

    def verify(digest: bytes, signature: bytes) -> bool:
        r, s = (int.from_bytes(half) for half in (signature[:_HALF], signature[_HALF:]))
        try:
            point.verify(encode_dss_signature(r, s), digest, _P256_DIGEST)
        except InvalidSignature:
            return False
        return True

    return verify


def _ed25519(public_key: bytes) -> Verify:
    def verify(digest: bytes, signature: bytes) -> bool:
        try:
            crypto_sign_open(signature + digest, public_key)
        except BadSignatureError:
            return False
        return True

    return verify


def _canonical_p256(raw: bytes) -> bytes:
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    return point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


_VERIFIERS: dict[KeyKind, Callable[[bytes], Verify]] = {
    KeyKind.SECP256K1: _secp256k1,
    KeyKind.P256: _p256,
    KeyKind.ED25519: _ed25519,
}
_CANONICAL: dict[KeyKind, Callable[[bytes], bytes]] = {
    KeyKind.SECP256K1: lambda raw: PublicKey(raw).format(compressed=True),
    KeyKind.P256: _canonical_p256,
    KeyKind.ED25519: lambda raw: Ed25519PublicKey.from_public_bytes(raw).public_bytes_raw(),
}
