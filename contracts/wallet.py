"""Keys that sign: local ones for relayers and for the actors of a development chain."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from coincurve import PrivateKey, PublicKey
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from contracts.abi import checksum
from contracts.transactions import sign_type_2
from contracts.typed_data import TypedData, digest

Account.enable_unaudited_hdwallet_features()

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
DYNAMIC_FEE_TYPE = 2
_SIGNATURE_BYTES = 65


class SignatureInvalid(ValueError):
    """A signature that no key can have made."""


class LocalWallet:
    """A key in this process's memory."""

    def __init__(self, account: LocalAccount) -> None:
        self.account = account
        self.address: str = account.address
        self._key = PrivateKey(bytes(account.key))

    def sign_digest(self, message_digest: bytes) -> bytes:
        """Return the 65-byte signature of a 32-byte hash."""
        signature = self._key.sign_recoverable(message_digest, hasher=None)
        return signature[:64] + bytes([signature[64] + 27])

    def sign_typed_data(self, typed_data: TypedData) -> bytes:
        """Return the 65-byte signature of an EIP-712 message."""
        return self.sign_digest(digest(typed_data))

    def sign_text(self, text: str) -> bytes:
        """Return the 65-byte `personal_sign` signature of a text."""
        return bytes(self.account.sign_message(encode_defunct(text=text)).signature)

    def sign_transaction(self, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return the raw bytes of a signed transaction, and its hash."""
        if fields.get("type") == DYNAMIC_FEE_TYPE and "accessList" not in fields:
            return sign_type_2(self._key, fields)
        signed = self.account.sign_transaction(dict(fields))
        return bytes(signed.raw_transaction), signed.hash.to_0x_hex()


def random_wallet() -> LocalWallet:
    """Return a wallet with a fresh key, which is kept nowhere: for whoever is simulated."""
    return LocalWallet(Account.create())


def development_wallet(mnemonic: str, purpose: str, index: int = 0) -> LocalWallet:
    """Return one wallet of a purpose's range (`FIRST_ACCOUNT`)."""
    return LocalWallet(_derived(mnemonic, FIRST_ACCOUNT[purpose] + index))


def development_wallets(mnemonic: str, purpose: str, count: int) -> list[LocalWallet]:
    """Return the first wallets of a purpose's range (`FIRST_ACCOUNT`)."""
    return [development_wallet(mnemonic, purpose, index) for index in range(count)]


def recover(typed_data: TypedData, signature: bytes) -> str:
    """Return the address whose key signed an EIP-712 message."""
    return recover_digest(digest(typed_data), signature)


def recover_text(text: str, signature: bytes) -> str:
    """Return the address whose key signed a text with `personal_sign`."""
    encoded = text.encode()
    prefix = f"\x19Ethereum Signed Message:\n{len(encoded)}".encode()
    return recover_digest(keccak(prefix + encoded), signature)


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
    return checksum("0x" + keccak(public.format(compressed=False)[1:])[-20:].hex())


@lru_cache(maxsize=10_000)
def _derived(mnemonic: str, index: int) -> LocalAccount:
    account: LocalAccount = Account.from_mnemonic(mnemonic, account_path=f"m/44'/60'/0'/0/{index}")
    return account
