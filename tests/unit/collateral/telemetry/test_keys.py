"""Three kinds of keys, each with one form, and signatures that only they can have made."""

import hashlib

import pytest
from coincurve import PrivateKey
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind, canonical_key, verifies
from collateral.domain.telemetry.soft_device import SoftKey

SECRET = bytes(range(1, 33))
DIGEST = hashlib.sha256(b"message").digest()
ORDER_SECP256K1 = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.mark.parametrize("kind", list(KeyKind))
def test_the_key_that_signed_verifies(kind):
    key = SoftKey(kind, SECRET)

    signature = key.sign(DIGEST)

    assert verifies(kind, key.public, DIGEST, signature)


@pytest.mark.parametrize("kind", list(KeyKind))
@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s[:-1] + bytes([s[-1] ^ 1]),
        lambda s: bytes([s[0] ^ 1]) + s[1:],
        lambda s: s[:-1],
        lambda s: s + b"\x00",
        lambda s: b"",
        lambda s: bytes(64),
        lambda s: b"\xff" * 64,
    ],
)
def test_a_spoilt_signature_is_refused_without_an_error(kind, spoil):
    key = SoftKey(kind, SECRET)

    accepted = verifies(kind, key.public, DIGEST, spoil(key.sign(DIGEST)))

    assert not accepted


@pytest.mark.parametrize("kind", list(KeyKind))
def test_another_key_or_another_message_is_refused(kind):
    key, other = SoftKey(kind, SECRET), SoftKey(kind, SECRET[::-1])

    signature = key.sign(DIGEST)

    assert not verifies(kind, other.public, DIGEST, signature)
    assert not verifies(kind, key.public, hashlib.sha256(DIGEST).digest(), signature)


def test_the_higher_twin_of_a_secp256k1_signature_is_refused():
    key = SoftKey(KeyKind.SECP256K1, SECRET)
    signature = key.sign(DIGEST)
    twin = ORDER_SECP256K1 - int.from_bytes(signature[32:])

    accepted = verifies(KeyKind.SECP256K1, key.public, DIGEST, signature[:32] + twin.to_bytes(32))

    assert not accepted


def test_every_form_of_a_point_is_one_key():
    secp256k1 = PrivateKey(SECRET).public_key
    p256 = ec.derive_private_key(int.from_bytes(SECRET), ec.SECP256R1()).public_key()
    long_p256 = p256.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    first = canonical_key(KeyKind.SECP256K1, secp256k1.format(compressed=False))
    second = canonical_key(KeyKind.P256, long_p256)

    assert first == secp256k1.format(compressed=True)
    assert second == SoftKey(KeyKind.P256, SECRET).public


@pytest.mark.parametrize("kind", list(KeyKind))
@pytest.mark.parametrize("raw", [b"", b"\x02", bytes(33), b"\x05" + bytes(32), b"\xff" * 65])
def test_bytes_that_are_no_key_are_refused(kind, raw):
    with pytest.raises(TelemetryError) as refusal:
        canonical_key(kind, raw)

    assert refusal.value.code == "DEVICE_KEY"
