"""Relayer keys as rows, and the lease under which a worker acts for one."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from contracts.client import Chain
from contracts.deployment_record import load
from settlement.domain.profiles import Profile
from settlement.errors import LeaseLost, SettlementError
from settlement.models import Signer
from settlement.wallets import LANE, RELAYER, RELAYER_KEYS, relayer_addresses

# A killed worker's key waits no longer. One that lives but takes longer over an exchange with a
# slow node may lose the key; the fencing token then stops it at its next write.
LEASE_S = 3


@dataclass(frozen=True)
class Lease:
    """The right to act for a signer, until somebody else has a higher token."""

    signer_id: int
    token: int

    def locked(self) -> Signer:
        """Return the signer's row, locked, or raise `LeaseLost`. Needs a transaction."""
        signer = (
            Signer.objects.select_for_update().filter(pk=self.signer_id, lease_token=self.token)
        ).first()
        if signer is None:
            raise LeaseLost(
                f"Signer {self.signer_id} has been taken over by another worker; "
                f"token {self.token} is stale."
            )
        return signer


def ensure_signers() -> None:
    """Create the rows of all relayer keys: a pool for calls, and one key for each lane."""
    keys = [
        (RELAYER, index, None, address)
        for index, address in enumerate(relayer_addresses(RELAYER, RELAYER_KEYS))
    ]
    lanes = len(load().lanes)
    keys += [
        (LANE, lane, lane, address) for lane, address in enumerate(relayer_addresses(LANE, lanes))
    ]
    Signer.objects.bulk_create(
        [
            Signer(
                chain_id=settings.CHAIN_ID,
                address=address,
                purpose=purpose,
                key_index=index,
                lane=lane,
            )
            for purpose, index, lane, address in keys
        ],
        ignore_conflicts=True,
    )


def signer_for(*, client_key: str, lane: int | None, purpose: str) -> Signer:
    """Return the key that sends a call: its lane's, or one of the pool by the call's key."""
    found = _candidates(lane, purpose)
    if not found:
        ensure_signers()
        found = _candidates(lane, purpose)
    if not found:
        wanted = f"lane {lane}" if lane is not None else f"the purpose {purpose}"
        raise SettlementError(f"There is no relayer key for {wanted}.")
    return found[zlib.crc32(client_key.encode()) % len(found)]


@contextmanager
def lease(signer_id: int) -> Iterator[Lease | None]:
    """Hold a signer's lease for the block, or yield None while another worker holds it."""
    held = _take(signer_id)
    try:
        yield held
    finally:
        if held is not None:
            _own(held).update(lease_until=None)


def renew(held: Lease) -> None:
    """Extend the lease, or raise `LeaseLost`."""
    if not _own(held).update(lease_until=Now() + timedelta(seconds=LEASE_S)):
        raise LeaseLost(f"Signer {held.signer_id} has been taken over by another worker.")


def _candidates(lane: int | None, purpose: str) -> list[Signer]:
    signers = Signer.objects.filter(chain_id=settings.CHAIN_ID, retired_at__isnull=True).order_by(
        "key_index"
    )
    if lane is not None:
        return list(signers.filter(lane=lane))
    return list(signers.filter(purpose=purpose, lane__isnull=True))


def _take(signer_id: int) -> Lease | None:
    """Take the lease by the database's clock; every taking raises the token."""
    with transaction.atomic():
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        signer = (
            Signer.objects.select_for_update(skip_locked=True).filter(free, pk=signer_id).first()
        )
        if signer is None:
            return None
        token = signer.lease_token + 1
        Signer.objects.filter(pk=signer_id).update(
            lease_token=token, lease_until=Now() + timedelta(seconds=LEASE_S)
        )
    return Lease(signer_id, token)


def _own(held: Lease) -> QuerySet[Signer]:
    return Signer.objects.filter(pk=held.signer_id, lease_token=held.token)


def refused_for_delegation(signer: Signer, chain: Chain) -> bool:
    """Pause a key whose account runs another's code (EIP-7702), and tell whether it does.

    Nodes keep one transaction of such an account at a time, and its code could spend its nonces.
    """
    if not chain.is_delegated(signer.address):
        return False
    reason = (
        f"The account {signer.address} is delegated to code (EIP-7702): undo the delegation, or "
        "give the lane another key; then resume."
    )
    Signer.objects.filter(pk=signer.pk, paused="").update(paused=reason)
    return True


def most_in_flight(signer: Signer, chain: Chain, profile: Profile) -> int:
    """Return how many transactions of a key the chain takes at once.

    One, while the key holds less native coin than the reserve that such a chain asks for.
    """
    reserve_wei = profile.reserve_balance_wei
    return 1 if reserve_wei and chain.balance(signer.address) < reserve_wei else profile.in_flight
