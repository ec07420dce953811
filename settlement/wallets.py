"""The relayers' keys. Only this module turns a signer's row into something that can sign."""

from functools import lru_cache

from django.conf import settings

from contracts.wallet import FIRST_ACCOUNT, LocalWallet, development_wallet
from settlement.models import Signer

RELAYER = "relayer"
LANE = "lane"
RELAYER_KEYS = 4
PURPOSES = (RELAYER, LANE)


def wallet_of(signer: Signer) -> LocalWallet:
    """Return the key of a signer."""
    return _wallet(settings.RELAYER_MNEMONIC, signer.purpose, signer.key_index)


def relayer_addresses(purpose: str, count: int) -> list[str]:
    """Return the addresses of the first keys of a purpose."""
    return [_wallet(settings.RELAYER_MNEMONIC, purpose, index).address for index in range(count)]


@lru_cache(maxsize=256)
def _wallet(mnemonic: str, purpose: str, index: int) -> LocalWallet:
    if purpose not in FIRST_ACCOUNT:
        raise ValueError(f"There is no key for the purpose {purpose}.")
    return development_wallet(mnemonic, purpose, index)
