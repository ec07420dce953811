"""Doorbells of settlement. Their messages carry ids; whatever they need is read anew."""

from celery import shared_task
from django.conf import settings

from contracts.client import connect
from contracts.errors import ChainUnavailable
from settlement import services
from settlement.doorbell import ring
from settlement.errors import LeaseLost

QUEUE, READ_QUEUE = "chain", "read"


@shared_task(queue=QUEUE)
def pump_signers() -> None:
    """Ring every key that has something to send."""
    for signer_id in services.signers_to_ring():
        ring("settlement.tasks.pump_signer", signer_id)


@shared_task(queue=QUEUE, throws=(ChainUnavailable, LeaseLost))
def pump_signer(signer_id: int) -> None:
    """Send what one key has to send."""
    services.pump_signer(signer_id=signer_id, chain=connect(settings.RPC_URL))


@shared_task(queue=READ_QUEUE, throws=(ChainUnavailable,))
def confirm_batches() -> None:
    """Record the receipts of what was broadcast, and what is final."""
    services.confirm_batches(
        chain=connect(settings.RPC_URL), confirmations=settings.CHAIN_CONFIRMATIONS
    )


@shared_task(queue=READ_QUEUE, throws=(ChainUnavailable,))
def read_chain() -> None:
    """Read new blocks."""
    services.read_chain(
        chain=connect(settings.RPC_URL),
        confirmations=settings.CHAIN_CONFIRMATIONS,
        witnesses=[connect(url) for url in settings.RPC_WITNESS_URLS],
    )
