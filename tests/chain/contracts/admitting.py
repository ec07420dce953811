"""Verifiers as governance admits them: with a role in a class, and bonded."""

from collections.abc import Mapping

from contracts.client import Chain
from contracts.wallet import LocalWallet
from tests.chain.contracts.sending import send
from tests.chain.governing import enact

BOND_UNITS = 1_000_000_000_000


def admit(chain: Chain, governor: LocalWallet, *, roles: Mapping[str, int], class_id: int) -> None:
    """Give each address its role in the class, and a bond of a million dollars."""
    token, registry = "TestStablecoin", "VerifierRegistry"
    total = BOND_UNITS * len(roles)
    send(chain, governor, token, "mint", governor.address, total)
    send(chain, governor, token, "approve", chain.address(registry), total)
    enact(chain, [(registry, "setVerifier", (one, class_id, roles[one])) for one in roles])
    for address in roles:
        send(chain, governor, registry, "deposit", address, BOND_UNITS)
