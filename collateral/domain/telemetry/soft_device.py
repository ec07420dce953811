"""A device in software: it signs as the chip in a real one would. For fleets that are simulated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coincurve import PrivateKey
from coincurve.ecdsa import der_to_cdata, serialize_compact
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from collateral.domain.telemetry.keys import KeyKind
from collateral.domain.telemetry.messages import NO_HASH, message_hash
from collateral.domain.telemetry.metrics import read_metrics

_P256_DIGEST = ec.ECDSA(Prehashed(SHA256()))


class SoftKey:
    """A private key of one kind, made of 32 secret bytes."""

    def __init__(self, kind: KeyKind, secret: bytes) -> None:
        self.kind = kind
        if kind is KeyKind.SECP256K1:
            self._secp256k1 = PrivateKey(secret)
            self.public = self._secp256k1.public_key.format(compressed=True)
        elif kind is KeyKind.P256:
            self._p256 = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
            point = self._p256.public_key()
            self.public = point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        else:
            self._ed25519 = Ed25519PrivateKey.from_private_bytes(secret)
            self.public = self._ed25519.public_key().public_bytes_raw()

    def sign(self, digest: bytes) -> bytes:
        """Return the 64-byte signature of a 32-byte digest."""
        if self.kind is KeyKind.SECP256K1:
            der = self._secp256k1.sign(digest, hasher=None)
            return bytes(serialize_compact(der_to_cdata(der)))
        if self.kind is KeyKind.P256:
            r, s = decode_dss_signature(self._p256.sign(digest, _P256_DIGEST))
            return r.to_bytes(32) + s.to_bytes(32)
        return self._ed25519.sign(digest)


@dataclass
class SoftDevice:
    """An enrolled device: its number, its key, and where its chain of messages stands."""

    device: int
    key: SoftKey
    sequence: int = 0
    previous: bytes = field(default=NO_HASH)

    def report(self, *, at: int, nonce: bytes, metrics: Mapping[str, int]) -> dict[str, Any]:
        """Return its next message, signed; ``at`` is unix seconds."""
        self.sequence += 1
        fields: dict[str, Any] = {
            "device": self.device,
            "sequence": self.sequence,
            "at": at,
            "nonce": nonce,
            "previous": self.previous,
        }
        digest = message_hash(**fields, values=read_metrics(dict(metrics)))
        message = fields | {
            "nonce": f"0x{nonce.hex()}",
            "previous": f"0x{self.previous.hex()}",
            "metrics": dict(metrics),
            "signature": f"0x{self.key.sign(digest).hex()}",
        }
        self.previous = digest
        return message
