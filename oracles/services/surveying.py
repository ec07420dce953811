"""Applying one answer to every thing of its classes, in chunks that any worker may take.

A chunk is a row: a message about it may come twice or never. What a chunk says is recorded once,
by source, asset and moment; a chunk that nobody finished is handed out again.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from collateral.models import Asset
from collateral.models.assets import ON_CHAIN
from oracles.documents import hash_text, read_document, store_document
from oracles.domain.canonical import sha256
from oracles.domain.errors import OracleError
from oracles.models import FeedChunk, SourceFeed
from oracles.services.observations import RecordReport, record_observations
from oracles.sources.adapters import Survey, adapter_of
from oracles.sources.errors import SourceFailed

# Enough that a message costs little beside its work, few enough to end well within a task's time.
ASSETS_IN_CHUNK = 1_000
# Longer than a task may run: then its worker is gone, or the broker lost the message.
AGAIN_AFTER = timedelta(minutes=5)


def plan_survey(*, feed: SourceFeed, adapter: Survey, document: bytes, now: int) -> RecordReport:
    """Keep an answer and plan its chunks; those of earlier answers are dropped, done or not.

    The answer in hand says all that the older one said, and newer.
    """
    digest = sha256(document)
    with transaction.atomic():
        store_document(document, digest=digest)
        feed.chunks.filter(slot__lt=feed.slot).delete()
        FeedChunk.objects.bulk_create(
            [
                FeedChunk(
                    feed=feed,
                    slot=feed.slot,
                    class_id=class_id,
                    first_id=first,
                    last_id=last,
                    document_hash=hash_text(digest),
                    asked_at=now,
                )
                for class_id in adapter.classes(feed)
                for first, last in _ranges(class_id)
            ],
            ignore_conflicts=True,
        )
    return RecordReport()


def _ranges(class_id: int) -> list[tuple[int, int]]:
    """Return the first and last row of each chunk of a class's assets."""
    assets = Asset.objects.filter(class_id=class_id, status__in=ON_CHAIN)
    pks = list(assets.order_by("pk").values_list("pk", flat=True))
    starts = range(0, len(pks), ASSETS_IN_CHUNK)
    return [(pks[at], pks[min(at + ASSETS_IN_CHUNK, len(pks)) - 1]) for at in starts]


def hand_out_chunks(*, clock: datetime) -> list[tuple[int, int]]:
    """Return (chunk, class) of what waits and is in no worker's hands, and note that it is now."""
    waits = Q(sent_at=None) | Q(sent_at__lt=clock - AGAIN_AFTER)
    with transaction.atomic():
        chunks = list(
            FeedChunk.objects.select_for_update(skip_locked=True)
            .filter(waits, done_at=None)
            .order_by("pk")
            .values_list("pk", "class_id")
        )
        FeedChunk.objects.filter(pk__in=[pk for pk, _ in chunks]).update(sent_at=clock)
    return chunks


def work_chunk(*, chunk_id: int) -> RecordReport | None:
    """Record what an answer says of a chunk's assets; nothing where that is done or being done."""
    with transaction.atomic():
        chunk = (
            FeedChunk.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("feed__source")
            .filter(pk=chunk_id, done_at=None)
            .first()
        )
        if chunk is None:
            return None
        report = _spoken(chunk)
        chunk.done_at = timezone.now()
        chunk.save(update_fields=["done_at"])
        SourceFeed.objects.filter(pk=chunk.feed_id).update(
            accepted=F("accepted") + report.accepted, refused=F("refused") + len(report.refused)
        )
    return report


def _spoken(chunk: FeedChunk) -> RecordReport:
    document = read_document(chunk.document_hash)
    adapter = adapter_of(chunk.feed)
    if document is None or not isinstance(adapter, Survey):
        return RecordReport()
    assets = Asset.objects.filter(
        class_id=chunk.class_id, pk__range=(chunk.first_id, chunk.last_id), status__in=ON_CHAIN
    )
    ids = list(assets.order_by("pk").values_list("pk", flat=True))
    try:
        said = list(adapter.speak(chunk.feed, document, ids, chunk.asked_at))
    except (SourceFailed, OracleError) as failure:
        SourceFeed.objects.filter(pk=chunk.feed_id).update(
            last_code=failure.code, last_message=str(failure)[:300]
        )
        return RecordReport()
    return record_observations(observations=said, now=chunk.asked_at)
