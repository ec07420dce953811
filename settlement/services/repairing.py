"""A hole in a key's nonces is filled with a transaction that does nothing, never skipped."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from contracts.client import Chain
from settlement.models import Batch, Signer
from settlement.services.sealing import NOOP, NOOP_GAS, seal
from settlement.services.signers import Lease


def fill_gaps(held: Lease, stale: Sequence[Batch], chain: Chain) -> list[Batch]:
    """Store a transaction for each nonce that the chain waits for and nobody has; return them.

    A hole comes only from outside: a row that was removed, a chain that went back.
    """
    signer = stale[0].signer
    first, last = chain.transaction_count(signer.address, "latest"), stale[0].nonce or 0
    stored = set(
        signer.batches.filter(nonce__gte=first, nonce__lt=last).values_list("nonce", flat=True)
    )
    holes = [nonce for nonce in range(first, last) if nonce not in stored]
    if not holes:
        return []
    fees = chain.fees()
    rows = [_noop(signer, nonce, fees.max_fee_wei, fees.priority_fee_wei) for nonce in holes]
    seal(rows)
    with transaction.atomic():
        held.locked()
        return Batch.objects.bulk_create(rows)


def _noop(signer: Signer, nonce: int, max_fee_wei: int, priority_fee_wei: int) -> Batch:
    return Batch(
        client_key=f"{NOOP}:{signer.pk}:{nonce}",
        kind=NOOP,
        lane=signer.lane,
        chain_id=settings.CHAIN_ID,
        signer=signer,
        contract="",
        function="",
        to_address=signer.address,
        data=b"",
        nonce=nonce,
        gas_limit=NOOP_GAS,
        max_fee_wei=max_fee_wei,
        priority_fee_wei=priority_fee_wei,
        claimed_at=Now(),
        cancelled="A nonce that nobody had was filled, so that later ones can be mined.",
    )
