"""Relayer keys as rows, and the lease under which a worker acts for one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from contracts.client import Chain
from contracts.deployment_record import load
from settlement.errors import LeaseLost, SettlementError
from settlement.models import Signer
from settlement.wallets import LANE, RELAYER, RELAYER_KEYS, relayer_addresses

# A killed worker's key waits no longer. One that lives but takes longer over an exchange with a
# slow node may lose the key; the fencing token then stops it at its next write.
LEASE_S = 3
_TAKE = """
    UPDATE settlement_signer
    SET lease_token = lease_token + 1,
        lease_until = statement_timestamp() + make_interval(secs => %s)
    WHERE id = (SELECT id FROM settlement_signer
        WHERE id = %s AND (lease_until IS NULL OR lease_until < statement_timestamp())
        FOR UPDATE SKIP LOCKED)
    RETURNING lease_token
"""
FENCE = """
    UPDATE settlement_signer SET lease_until = statement_timestamp() + make_interval(secs => %s)
    WHERE id = %s AND lease_token = %s
"""
# Nobody waits for the disk: a return that is lost ends with the lease.
_GIVE_BACK = """
    UPDATE settlement_signer SET lease_until = NULL
    FROM (SELECT set_config('synchronous_commit', 'off', true)) AS soon
    WHERE id = %s AND lease_token = %s
"""


@dataclass(frozen=True)
class Lease:
    """The right to act for a signer, until somebody else has a higher token."""

    signer_id: int
    token: int

    def locked(self) -> None:
        """Lock the signer's row and extend the lease, or raise `LeaseLost`. In a transaction."""
        self.executed(f"WITH held AS ({FENCE} RETURNING id) SELECT count(*) FROM held")

    def executed(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Execute what begins with `FENCE` and gives first how many rows that found: one.

        Raises `LeaseLost` where it is none.
        """
        with connection.cursor() as cursor:
            cursor.execute(statement, [LEASE_S, self.signer_id, self.token, *parameters])
            if cursor.fetchone()[0]:
                return
        raise LeaseLost(
            f"Signer {self.signer_id} has been taken over by another worker; "
            f"token {self.token} is stale."
        )


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


def keys_for(*, lane: int | None, purpose: str) -> list[Signer]:
    """Return the keys that may send a call: its lane's, or those of the pool.

    A paused one of the pool is passed over as long as another can send.
    """
    found = _candidates(lane, purpose)
    if not found:
        ensure_signers()
        found = _candidates(lane, purpose)
    if not found:
        wanted = f"lane {lane}" if lane is not None else f"the purpose {purpose}"
        raise SettlementError(f"There is no relayer key for {wanted}.")
    return [signer for signer in found if not signer.paused] or found


@contextmanager
def lease(signer_id: int) -> Iterator[Lease | None]:
    """Hold a signer's lease for the block, or yield None while another worker holds it."""
    held = _take(signer_id)
    try:
        yield held
    finally:
        if held is not None:
            with connection.cursor() as cursor:
                cursor.execute(_GIVE_BACK, [held.signer_id, held.token])


def renew(held: Lease) -> None:
    """Extend the lease, or raise `LeaseLost`."""
    held.locked()


def _candidates(lane: int | None, purpose: str) -> list[Signer]:
    signers = Signer.objects.filter(chain_id=settings.CHAIN_ID, retired_at__isnull=True).order_by(
        "key_index"
    )
    if lane is not None:
        return list(signers.filter(lane=lane))
    return list(signers.filter(purpose=purpose, lane__isnull=True))


def _take(signer_id: int) -> Lease | None:
    """Take the lease by the database's clock; every taking raises the token."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [LEASE_S, signer_id])
        row = cursor.fetchone()
    return None if row is None else Lease(signer_id, row[0])


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
