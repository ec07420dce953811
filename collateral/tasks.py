"""Thin doors for the workers: look for what is due and call the service."""

from celery import shared_task
from django.utils import timezone

from collateral import services


@shared_task
def mint_verified() -> None:
    """Queue fully attested assets for minting, lost ones first. Safe to run twice at once."""
    services.recover_failed_mints()
    services.queue_verified()


@shared_task
def open_uptime_round() -> None:
    """Open the round that devices are to answer now, if it is not open. Safe to run twice."""
    services.current_round(now_s=int(timezone.now().timestamp()))
