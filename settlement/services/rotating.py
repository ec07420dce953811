"""Giving a lane, or a place in the pool of relayers, another key."""

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from contracts.abi import encode_call
from contracts.client import Chain
from contracts.errors import CallReverted
from settlement.doorbell import ring
from settlement.errors import KeyRefused
from settlement.models import Batch, BatchStatus, Signer
from settlement.wallets import LANE, key_at


def rotate(*, signer: Signer, source: str, chain: Chain) -> Signer:
    """Let the key at a source take over from a signer, and return its row.

    What the old key has under a nonce ends with it; all that waits goes to the new one. Raises
    `KeyRefused` unless the new key can send at once.
    """
    address = key_at(source).address
    _check(signer, address, chain)
    with transaction.atomic():
        old = Signer.objects.select_for_update().get(pk=signer.pk)
        if old.retired_at is not None:
            raise KeyRefused(f"{old} is retired already.")
        Signer.objects.filter(pk=old.pk).update(retired_at=Now())
        new = Signer.objects.create(
            chain_id=old.chain_id,
            address=address,
            purpose=old.purpose,
            key_index=_next_index(old.purpose),
            lane=old.lane,
            source=source,
        )
        waiting = Batch.objects.filter(signer=old, status=BatchStatus.PLANNED)
        waiting.update(signer=new)
        ring("settlement.tasks.pump_signer", new.pk)
        ring("settlement.tasks.pump_signer", old.pk)
    return new


def _next_index(purpose: str) -> int:
    used = Signer.objects.filter(purpose=purpose).aggregate(most=Max("key_index"))["most"]
    return (used or 0) + 1


def _check(signer: Signer, address: str, chain: Chain) -> None:
    """Raise unless the account is ours alone, new, funded, plain, and may settle on the lane."""
    if Signer.objects.filter(chain_id=settings.CHAIN_ID, address=address).exists():
        raise KeyRefused(f"The key of {address} is in use or was; each key serves once.")
    if chain.is_delegated(address):
        raise KeyRefused(
            f"The account {address} is delegated to code (EIP-7702); a relayer's must not be."
        )
    if chain.balance(address) == 0:
        raise KeyRefused(f"The account {address} has no native coin for gas. Fund it first.")
    if signer.purpose == LANE:
        _check_may_settle(signer.lane or 0, address, chain)


def _check_may_settle(lane: int, address: str, chain: Chain) -> None:
    data = encode_call("LoanBook", "settle", [lane, []])
    try:
        chain.simulate(chain.address("LoanBook"), data, address)
    except CallReverted as error:
        if error.error == "NotRelayer":
            raise KeyRefused(
                f"{address} may not settle on lane {lane}. Have governance set it as the lane's "
                "relayer first (LoanBook.setRelayer)."
            ) from error
