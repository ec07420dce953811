"""Thin doors for the workers: look for what is due and call the service."""

from celery import shared_task
from django.utils import timezone

from oracles import services
from oracles.queues import queue_of
from settlement.selectors import chain_time

# A source that hangs takes 15 seconds: so many end well within a task's time.
FEEDS_PER_TASK = 4


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


@shared_task
def poll_due_feeds() -> None:
    """Fan out over the sources that are due, so many to a task."""
    due = services.due_feeds(now=chain_time(), clock=timezone.now())
    for start in range(0, len(due), FEEDS_PER_TASK):
        poll_feeds.delay(due[start : start + FEEDS_PER_TASK])


@shared_task
def poll_feeds(feed_ids: list[int]) -> None:
    """Ask some sources. Safe to run twice: a slot is asked in once."""
    services.poll_feeds(feed_ids=feed_ids, now=chain_time(), clock=timezone.now())
    hand_out_chunks.delay()


@shared_task
def hand_out_chunks() -> None:
    """Send what waits of answers to the queues of their classes, again what no worker finished."""
    for chunk_id, class_id in services.hand_out_chunks(clock=timezone.now()):
        work_chunk.apply_async(args=[chunk_id], queue=queue_of(class_id))


@shared_task
def work_chunk(chunk_id: int) -> None:
    """Record what an answer says of a chunk of assets. Safe to run twice, also at once."""
    services.work_chunk(chunk_id=chunk_id)
