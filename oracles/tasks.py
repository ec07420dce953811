"""Thin doors for the workers: look for what is due and call the service."""

from celery import shared_task

from oracles import services
from settlement.selectors import chain_time


@shared_task
def observe_registry() -> None:
    """Record what verifiers attested of newly minted assets. Safe to run twice at once."""
    services.observe_registry(now=chain_time())


@shared_task
def open_due_round() -> None:
    """Open a round when the newest has reached the heartbeat's age."""
    services.open_due_round(now=chain_time())


@shared_task
def publish_ready_rounds() -> None:
    """Queue the publication of a round that has its signatures, again when it was refused."""
    services.publish_ready_rounds()


@shared_task
def record_missing_values() -> None:
    """Write the rows of rounds whose opener ended before it wrote them."""
    services.record_missing_values()
