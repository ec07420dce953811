"""A maker of boards for tests: its root, a board with a chain of certificates, and its tokens."""

import base64
import json
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from collateral.domain.identifiers.devices import public_key_fingerprint

NOW = 1_795_000_000


def certificate(subject, key, issuer, issuer_key, *, ca=False, from_s=NOW - 86_400, days=30):
    """Return a certificate of a key, signed by another."""
    start = datetime.fromtimestamp(from_s, tz=UTC)
    names = {
        one: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (subject, issuer)
    }
    return (
        x509.CertificateBuilder()
        .subject_name(names[subject])
        .issuer_name(names[issuer])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key, SHA384())
    )


class Maker:
    """A maker with a root and an intermediate certificate."""

    def __init__(self):
        self.root_key, self.line_key = (ec.generate_private_key(ec.SECP384R1()) for _ in range(2))
        self.root = certificate("root", self.root_key, "root", self.root_key, ca=True)
        self.line = certificate("line", self.line_key, "root", self.root_key, ca=True)

    @property
    def pem(self):
        return self.root.public_bytes(Encoding.PEM)


class Board:
    """A board with a key that its maker certified."""

    def __init__(self, maker, curve=None, **validity):
        self.key = ec.generate_private_key(curve or ec.SECP384R1())
        self.certificate = certificate("board", self.key, "line", maker.line_key, **validity)
        self.chain = [self.certificate, maker.line]

    @property
    def fingerprint(self):
        return public_key_fingerprint(self.certificate)

    def token(self, nonce, *, made=NOW, key=None, chain=None, alg=None, **claims):
        """Return the token that the board signs; what is given replaces what belongs there."""
        size, digest, name = (
            (32, SHA256, "ES256") if self.key.curve.key_size == 256 else (48, SHA384, "ES384")
        )
        x5c = [
            base64.b64encode(one.public_bytes(Encoding.DER)).decode()
            for one in (self.chain if chain is None else chain)
        ]
        header = {"alg": alg or name, "x5c": x5c}
        signed = ".".join(
            encoded(json.dumps(one).encode())
            for one in (header, {"eat_nonce": nonce, "iat": made} | claims)
        )
        r, s = decode_dss_signature((key or self.key).sign(signed.encode(), ec.ECDSA(digest())))
        return f"{signed}.{encoded(r.to_bytes(size, 'big') + s.to_bytes(size, 'big'))}"


def encoded(content):
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
