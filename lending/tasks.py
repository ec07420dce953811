"""Thin doors for the workers. All time is the newest block's; every service is safe to repeat."""

from celery import shared_task

from collateral import services as collateral
from lending import selectors, services
from settlement.errors import SettlementError
from settlement.selectors import chain_time

# No block has been read yet, or a key is missing: the next ring looks again.
NOT_YET = (SettlementError,)


@shared_task(throws=NOT_YET)
def send_requests() -> None:
    """Send signed requests with the newest proofs."""
    services.send_requests()


@shared_task(throws=NOT_YET)
def collect_due() -> None:
    """Collect due instalments that are funded."""
    services.collect_due(now=chain_time())


@shared_task(throws=NOT_YET)
def charge_missed() -> None:
    """Charge late fees."""
    services.charge_missed(now=chain_time())


@shared_task(throws=NOT_YET)
def call_loans() -> None:
    """Call what may be called."""
    services.call_loans(now=chain_time())


@shared_task(throws=NOT_YET)
def open_auctions() -> None:
    """Open auctions, and let the reserve take what has fallen to the floor."""
    services.open_auctions(now=chain_time())
    services.take_for_reserve(now=chain_time())


@shared_task(throws=NOT_YET)
def close_repaid() -> None:
    """Give collateral of repaid loans back."""
    services.close_repaid()


@shared_task(throws=NOT_YET)
def close_epoch() -> None:
    """Close the pool's epoch once it has ended."""
    services.close_epoch(now=chain_time())


@shared_task
def queue_renewals() -> None:
    """Send renewed attestations, each with the loan that holds the token."""
    collateral.queue_renewals(loan_of=selectors.loan_holding)
