"""Keys derived from a phrase of words (BIP-39, BIP-32), on Ethereum's path m/44'/60'/0'/0.

Done here because workers derive a key for each lane when they start: what all keys have in common
is computed once, which a general library does again for each.
"""

import hashlib
import hmac
from functools import lru_cache

from coincurve import PrivateKey
from mnemonic import Mnemonic

_HARDENED = 1 << 31
_PATH = (44 | _HARDENED, 60 | _HARDENED, _HARDENED, 0)
_Node = tuple[PrivateKey, bytes]


class MnemonicInvalid(ValueError):
    """Words that are no phrase of BIP-39."""


def derived_key(mnemonic: str, index: int) -> bytes:
    """Return the 32 bytes of the phrase's key number `index`, 0 to 2**31 - 1.

    Raises `MnemonicInvalid` for words that are not in the list, or whose checksum is wrong.
    """
    key, _ = _child(*_account(mnemonic), index)
    return key.secret


@lru_cache(maxsize=16)
def _account(mnemonic: str) -> _Node:
    """Return the node from which all keys of a phrase are derived, with its chain code."""
    words = Mnemonic("english")
    if not words.check(mnemonic):
        raise MnemonicInvalid(
            "The phrase is no BIP-39 mnemonic of English words: a word is mistyped, missing or in "
            "another place."
        )
    digest = hmac.digest(b"Bitcoin seed", words.to_seed(mnemonic), hashlib.sha512)
    node = PrivateKey(digest[:32]), digest[32:]
    for index in _PATH:
        node = _child(*node, index)
    return node


def _child(key: PrivateKey, chain_code: bytes, index: int) -> _Node:
    hardened = index & _HARDENED
    parent = b"\x00" + key.secret if hardened else key.public_key.format(compressed=True)
    digest = hmac.digest(chain_code, parent + index.to_bytes(4, "big"), hashlib.sha512)
    return key.add(digest[:32]), digest[32:]
