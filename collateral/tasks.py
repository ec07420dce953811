"""Thin doors for the workers: look for what is due and call the service."""

from celery import shared_task

from collateral import services


@shared_task
def mint_verified() -> None:
    """Queue fully attested assets for minting, lost ones first. Safe to run twice at once."""
    services.recover_failed_mints()
    services.queue_verified()
