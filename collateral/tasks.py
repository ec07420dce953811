"""Thin doors for the workers: look for what is due and call the service."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from collateral import services
from contracts.client import connect
from contracts.errors import ChainUnavailable
from settlement.errors import SettlementError


@shared_task
def mint_verified() -> None:
    """Queue fully attested assets for minting, lost ones first. Safe to run twice at once."""
    services.recover_failed_mints()
    services.queue_verified()


@shared_task
def open_uptime_round() -> None:
    """Open the round that devices are to answer now, if it is not open. Safe to run twice."""
    services.current_round(now_s=int(timezone.now().timestamp()))


@shared_task(throws=(ChainUnavailable,))
def note_revocations() -> None:
    """Bring what verifiers revoked to the registry."""
    services.note_revocations(chain=connect(settings.RPC_URL))


@shared_task(throws=(SettlementError,))
def warn_of_expiry() -> None:
    """Tell owners whose attestations run out."""
    services.warn_of_expiry()


@shared_task(throws=(SettlementError,))
def release_exposures() -> None:
    """Free bonds of weeks that are over."""
    services.release_exposures()
