"""Keys that sign: local ones for relayers and for the actors of a development chain."""

from collections.abc import Mapping
from typing import Any

from coincurve import PrivateKey, PublicKey
from eth_utils.crypto import keccak

from contracts.abi import checksum
from contracts.derivation import derived_key
from contracts.transactions import sign_type_2
from contracts.typed_data import TypedData, digest

FIRST_ACCOUNT = {
    "governor": 0,
    "guardian": 1,
    "relayer": 2,
    "lane": 10,
    "reporter": 100,
    "verifier": 200,
    "bidder": 300,
    "lender": 400,
    "owner": 1000,
}
_SIGNATURE_BYTES = 65


class SignatureInvalid(ValueError):
    """A signature that no key can have made."""


class LocalWallet:
    """A key in this process's memory."""

    def __init__(self, key: bytes) -> None:
        """Take the 32 bytes of a key."""
        self._key = PrivateKey(key)
        self.address = _address_of(self._key.public_key)

    @property
    def key(self) -> bytes:
        """The secret itself, for tools that sign in their own way."""
        return self._key.secret

    def sign_digest(self, message_digest: bytes) -> bytes:
        """Return the 65-byte signature of a 32-byte hash."""
        signature = self._key.sign_recoverable(message_digest, hasher=None)
        return signature[:64] + bytes([signature[64] + 27])

    def sign_typed_data(self, typed_data: TypedData) -> bytes:
        """Return the 65-byte signature of an EIP-712 message."""
        return self.sign_digest(digest(typed_data))

    def sign_text(self, text: str) -> bytes:
        """Return the 65-byte `personal_sign` signature of a text."""
        return self.sign_digest(_text_digest(text))

    def sign_transaction(self, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return the raw bytes of a signed type 2 transaction, and its hash."""
        return sign_type_2(self._key, fields)


def random_wallet() -> LocalWallet:
    """Return a wallet with a fresh key, which is kept nowhere: for whoever is simulated."""
    return LocalWallet(PrivateKey().secret)


def development_wallet(mnemonic: str, purpose: str, index: int = 0) -> LocalWallet:
    """Return one wallet of a purpose's range (`FIRST_ACCOUNT`)."""
    return LocalWallet(derived_key(mnemonic, FIRST_ACCOUNT[purpose] + index))


def development_wallets(mnemonic: str, purpose: str, count: int) -> list[LocalWallet]:
    """Return the first wallets of a purpose's range (`FIRST_ACCOUNT`)."""
    return [development_wallet(mnemonic, purpose, index) for index in range(count)]


def recover(typed_data: TypedData, signature: bytes) -> str:
    """Return the address whose key signed an EIP-712 message."""
    return recover_digest(digest(typed_data), signature)


def recover_text(text: str, signature: bytes) -> str:
    """Return the address whose key signed a text with `personal_sign`."""
    return recover_digest(_text_digest(text), signature)


def recover_digest(message_digest: bytes, signature: bytes) -> str:
    """Return the address whose key signed a 32-byte hash."""
    if len(signature) != _SIGNATURE_BYTES:
        raise SignatureInvalid(
            f"A signature has {_SIGNATURE_BYTES} bytes; this one has {len(signature)}."
        )
    parity = signature[64] - 27 if signature[64] >= 27 else signature[64]
    try:
        public = PublicKey.from_signature_and_message(
            signature[:64] + bytes([parity]), message_digest, hasher=None
        )
    except Exception as error:
        # The library raises bare exceptions for anything a curve point cannot be.
        raise SignatureInvalid("No key can have made this signature. Sign again.") from error
    return _address_of(public)


def _text_digest(text: str) -> bytes:
    encoded = text.encode()
    return keccak(f"\x19Ethereum Signed Message:\n{len(encoded)}".encode() + encoded)


def _address_of(key: PublicKey) -> str:
    return checksum("0x" + keccak(key.format(compressed=False)[1:])[-20:].hex())
