"""The relayers' keys. Only this module turns a signer's row into something that can sign."""

from functools import lru_cache

from django.conf import settings

from contracts.signers import TransactionSigner, signer_from
from contracts.wallet import FIRST_ACCOUNT, LocalWallet, development_wallet
from settlement.models import Signer

RELAYER = "relayer"
LANE = "lane"
RELAYER_KEYS = 4
PURPOSES = (RELAYER, LANE)


def wallet_of(signer: Signer) -> TransactionSigner:
    """Return the key of a signer: from where its row says, else from the mnemonic."""
    if signer.source:
        return key_at(signer.source)
    return _wallet(settings.RELAYER_MNEMONIC, signer.purpose, signer.key_index)


def relayer_addresses(purpose: str, count: int) -> list[str]:
    """Return the addresses of the first keys of a purpose."""
    return [_wallet(settings.RELAYER_MNEMONIC, purpose, index).address for index in range(count)]


@lru_cache(maxsize=256)
def key_at(source: str) -> TransactionSigner:
    """Return the key that a source names; a file or a key service is asked once a process."""
    return signer_from(source)


@lru_cache(maxsize=256)
def _wallet(mnemonic: str, purpose: str, index: int) -> LocalWallet:
    if purpose not in FIRST_ACCOUNT:
        raise ValueError(f"There is no key for the purpose {purpose}.")
    return development_wallet(mnemonic, purpose, index)
