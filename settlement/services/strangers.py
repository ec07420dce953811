"""A nonce of ours that somebody else has used: proven by the transaction itself, never guessed.

A receipt that a node does not show proves nothing: the node may be behind. Only another
transaction under the same nonce, final, means that ours can never be mined.
"""

import logging
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from contracts.client import Chain
from settlement.models import Batch, BatchStatus, Failure, Incident, IncidentKind, Signer
from settlement.services.signers import Lease

logger = logging.getLogger(__name__)
_UNSIGNED = {"nonce": None, "signature": None, "tx_hash": None, "replaced_hashes": []}
_UNSIGNED |= {"cancel_hashes": [], "sent_at": None}


def give_back_taken(held: Lease, unmined: Sequence[Batch], chain: Chain) -> list[Batch]:
    """Plan anew what lost its nonce to a stranger; return what can still be mined."""
    if not unmined:
        return []
    signer = unmined[0].signer
    final = chain.head().number - settings.CHAIN_CONFIRMATIONS
    used = chain.transaction_count(signer.address, final)
    kept = []
    for batch in unmined:
        taken = batch.nonce is not None and batch.nonce < used
        other = chain.sent_by(signer.address, batch.nonce or 0, final) if taken else None
        if other is None or other in (batch.tx_hash, *batch.replaced_hashes):
            kept.append(batch)
        else:
            _plan_anew(held, signer, batch, other)
    return kept


def _plan_anew(held: Lease, signer: Signer, batch: Batch, other: str) -> None:
    """Give the batch back its place in the queue, with the same operations, and tell a person."""
    told = (
        f"The transaction {other}, which we did not sign, used nonce {batch.nonce} of the key "
        f"{signer.address}. Batch {batch.pk} is sent under another nonce. Somebody else has this "
        "key: replace it."
    )
    with transaction.atomic():
        held.locked()
        lost = Batch.objects.filter(pk=batch.pk, status=BatchStatus.SENT)
        # What was cancelled needs no other nonce: nothing of it can be mined any more.
        gone = {"status": BatchStatus.DEAD, "failure": Failure.CANCELLED, "error": batch.cancelled}
        lost.exclude(cancelled="").update(**gone, **_UNSIGNED)
        lost.update(status=BatchStatus.PLANNED, error="", **_UNSIGNED)
        Incident.objects.create(kind=IncidentKind.FOREIGN_TRANSACTION, sentence=told)
    logger.error(told)
