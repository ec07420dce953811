"""Where relayer keys live: an encrypted file, AWS KMS, or a web3signer. One interface for all.

A source is written `keystore:PATH`, `kms:KEY_ID` or `web3signer:URL#PUBLIC_KEY`. Passwords and
credentials come from the environment, never from a source: sources are stored and shown.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from coincurve import PublicKey
from eth_utils.crypto import keccak

from contracts.abi import checksum
from contracts.aws import Kms
from contracts.errors import SignerUnavailable
from contracts.http import FAILURES, Connection
from contracts.transactions import unsigned_type_2, with_signature

TIMEOUT_S = 10
_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_POINT_BYTES = 65


class TransactionSigner(Protocol):
    """What the engine asks of a key."""

    address: str

    def sign_transaction(self, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return the raw bytes of a signed type 2 transaction, and its hash."""


def signer_from(source: str) -> TransactionSigner:
    """Return the key that a source names, or raise `SignerUnavailable`."""
    kind, _, rest = source.partition(":")
    if kind == "keystore" and rest:
        # What deciphers is loaded where there is such a key: workers must start quickly.
        opened: TransactionSigner = import_module("contracts.keystore").keystore(Path(rest))
        return opened
    if kind == "kms" and rest:
        return KmsSigner(Kms.from_environment(), rest)
    if kind == "web3signer" and "#" in rest:
        url, _, public_key = rest.partition("#")
        return Web3Signer(url, public_key)
    raise SignerUnavailable(
        f"'{source}' names no key. Write keystore:PATH, kms:KEY_ID or web3signer:URL#PUBLIC_KEY."
    )


class KmsSigner:
    """A key that never leaves AWS KMS (ECC_SECG_P256K1)."""

    def __init__(self, kms: Kms, key_id: str) -> None:
        self._kms, self._key_id = kms, key_id
        # The point ends the DER form of the public key (RFC 5480).
        self.address = address_of(kms.public_key(key_id)[-_POINT_BYTES:])

    def sign_transaction(self, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return the raw bytes of a signed type 2 transaction, and its hash."""
        digest = keccak(unsigned_type_2(fields))
        r, s = read_der(self._kms.sign(self._key_id, digest))
        return with_signature(fields, recoverable(digest, r, s, self.address))


class Web3Signer:
    """A key behind a Consensys web3signer, by its REST interface."""

    def __init__(self, url: str, public_key: str) -> None:
        self._url = f"{url.rstrip('/')}/api/v1/eth1/sign/0x{public_key.removeprefix('0x')}"
        self._connection = Connection(self._url, TIMEOUT_S)
        point = bytes.fromhex(public_key.removeprefix("0x"))
        self.address = address_of(b"\x04" + point[-_POINT_BYTES + 1 :])

    def sign_transaction(self, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return the raw bytes of a signed type 2 transaction, and its hash."""
        data = unsigned_type_2(fields)
        # The server hashes what it is given with Keccak before it signs.
        signature = self._asked("0x" + data.hex())
        if len(signature) != _POINT_BYTES:
            raise SignerUnavailable(f"The signer at {self._url} gave no 65-byte signature.")
        r = int.from_bytes(signature[:32], "big")
        s = int.from_bytes(signature[32:64], "big")
        return with_signature(fields, recoverable(keccak(data), r, s, self.address))

    def _asked(self, data: str) -> bytes:
        try:
            answer = self._connection.post_json(json.dumps({"data": data}).encode())
            return bytes.fromhex(answer.decode().strip().removeprefix("0x"))
        except FAILURES as error:
            raise SignerUnavailable(
                f"The signer at {self._url} gave no signature ({type(error).__name__}). Check "
                "that it runs and holds this key."
            ) from error


def address_of(point: bytes) -> str:
    """Return the address of an uncompressed public key, 65 bytes."""
    try:
        key = PublicKey(point)
    except ValueError as error:
        raise SignerUnavailable(
            "The public key is no point of secp256k1: the key is of another kind."
        ) from error
    return checksum("0x" + keccak(key.format(compressed=False)[1:])[-20:].hex())


def read_der(signature: bytes) -> tuple[int, int]:
    """Return r and s of a DER signature: a sequence of two integers."""
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        raise SignerUnavailable("The key service gave no DER signature.")
    r, rest = _der_integer(signature[2:])
    s, rest = _der_integer(rest)
    if rest:
        raise SignerUnavailable("The key service gave more than a DER signature.")
    return r, s


def recoverable(digest: bytes, r: int, s: int, address: str) -> bytes:
    """Return the 65-byte signature with low s (EIP-2) whose parity gives this address back."""
    low = min(s, _CURVE_ORDER - s)
    for parity in (0, 1):
        signature = r.to_bytes(32, "big") + low.to_bytes(32, "big") + bytes([parity])
        if _signed_by(signature, digest) == address:
            return signature
    raise SignerUnavailable(f"The signature is not by the key of {address}.")


def _signed_by(signature: bytes, digest: bytes) -> str | None:
    try:
        key = PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except Exception:
        # The library raises bare exceptions for what no curve point can be.
        return None
    return address_of(key.format(compressed=False))


def _der_integer(data: bytes) -> tuple[int, bytes]:
    size = data[1] if len(data) > 2 and data[0] == 0x02 else 0
    if not 1 <= size <= 33 or len(data) < 2 + size:
        raise SignerUnavailable("The key service gave no DER signature.")
    return int.from_bytes(data[2 : 2 + size], "big"), data[2 + size :]
