"""Asking the sources that are due, each behind its own breaker."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from contracts.client import Chain, connect
from oracles.models import SourceFeed
from oracles.services.observations import RecordReport, record_observations
from oracles.services.surveying import plan_survey
from oracles.sources.adapters import Asking, Teller, adapter_of
from oracles.sources.errors import SourceFailed
from oracles.sources.fetching import Fetcher

logger = logging.getLogger(__name__)
# So many failures in a row open the breaker for so long.
BREAKER_FAILURES = 5
BREAKER_OPEN_FOR = timedelta(minutes=10)


def asking(*, now: int) -> Asking:
    """Return what adapters work with: our node, and documents under the usual limits."""
    return Asking(now=now, chain=_chain, fetcher=_fetcher)


def _chain() -> Chain:
    return connect(settings.RPC_URL)


def _fetcher(hosts: frozenset[str], kinds: tuple[str, ...]) -> Fetcher:
    return Fetcher(hosts=hosts, kinds=kinds)


def due_feeds(*, now: int, clock: datetime) -> list[int]:
    """Return the feeds whose slot has begun and whose breaker lets them be asked.

    ``now`` is chain time, ``clock`` the wall's. A slot that nobody asked in is not skipped: the
    next asking is for the newest slot, and it asks for all that the source has.
    """
    ready = Q(open_until__isnull=True) | Q(open_until__lte=clock)
    feeds = SourceFeed.objects.filter(ready, source__active=True)
    due = feeds.filter(slot__lt=now / F("every_s")).order_by("pk")
    return list(due.values_list("pk", flat=True))


def poll_feed(
    *, feed_id: int, now: int, clock: datetime, by: Asking | None = None
) -> RecordReport | None:
    """Ask one source and record what it says; return nothing where it was asked in this slot.

    Two that poll the same feed at once ask once: the second finds the slot taken. What an answer
    says of every thing of a class is planned in chunks, which follow by themselves.
    """
    feed = _claim(feed_id, now=now, clock=clock)
    if feed is None:
        return None
    adapter = adapter_of(feed)
    try:
        adapter.check(feed)
        document = adapter.ask(feed, by or asking(now=now))
        if isinstance(adapter, Teller):
            said = adapter.read(feed, document, now)
            report = record_observations(observations=said, now=now)
        else:
            report = plan_survey(feed=feed, adapter=adapter, document=document, now=now)
    except SourceFailed as failure:
        _failed(feed, failure, clock)
        return None
    _answered(feed, report, clock)
    return report


def _claim(feed_id: int, *, now: int, clock: datetime) -> SourceFeed | None:
    """Take the present slot of a feed, unless it is taken or the breaker is open."""
    with transaction.atomic():
        feed = (
            SourceFeed.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("source")
            .filter(pk=feed_id, source__active=True)
            .first()
        )
        if feed is None or feed.slot >= now // feed.every_s:
            return None
        if feed.open_until is not None and feed.open_until > clock:
            return None
        feed.slot = now // feed.every_s
        feed.save(update_fields=["slot"])
    return feed


def _failed(feed: SourceFeed, failure: SourceFailed, clock: datetime) -> None:
    """Count a failure and give the slot back; the fifth in a row opens the breaker."""
    failures = feed.failures + 1
    opened = failures >= BREAKER_FAILURES
    SourceFeed.objects.filter(pk=feed.pk).update(
        failures=failures,
        slot=feed.slot - 1,
        open_until=clock + BREAKER_OPEN_FOR if opened else None,
        last_code=failure.code,
        last_message=str(failure)[:300],
    )
    logger.warning("%s failed (%s): %s", feed, failure.code, failure)


def _answered(feed: SourceFeed, report: RecordReport, clock: datetime) -> None:
    SourceFeed.objects.filter(pk=feed.pk).update(
        failures=0,
        open_until=None,
        succeeded_at=clock,
        last_code="",
        last_message="",
        accepted=report.accepted,
        refused=len(report.refused),
    )


def poll_feeds(*, feed_ids: Sequence[int], now: int, clock: datetime) -> int:
    """Ask several sources one after another; return how many answered."""
    reports = [poll_feed(feed_id=one, now=now, clock=clock) for one in feed_ids]
    return sum(report is not None for report in reports)
