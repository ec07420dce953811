"""What the oracle contract says happened, mirrored into our rows in the order it happened."""

import logging

from contracts.types import Event
from oracles.models import Reporter, Round, RoundStatus
from settlement import projection

logger = logging.getLogger(__name__)


def register() -> None:
    """Tell the event reader which events concern the oracles, and what their handlers write."""
    for table in TABLES:
        projection.register_table(table)
    for name, handler in (
        ("RoundPublished", round_published),
        ("RoundVoided", round_voided),
        ("ReporterSet", reporter_set),
    ):
        projection.register("ValuationOracle", name, handler)


def reporter_set(event: Event) -> None:
    """Record that a reporter was admitted or dismissed."""
    Reporter.objects.update_or_create(
        address=event.args["reporter"],
        defaults={
            "active": bool(event.args["active"]),
            "changed_block": event.block_number,
        },
    )


def round_published(event: Event) -> None:
    """Mark our round as published; a round that others computed gets a row of its own."""
    args = event.args
    number, root = int(args["round"]), str(args["root"])
    facts = {
        "status": RoundStatus.PUBLISHED,
        "published_at": event.block_time,
        "published_block": event.block_number,
        "tx_hash": event.tx_hash,
    }
    known = Round.objects.filter(number=number)
    replaced = (
        known.exclude(root=root)
        .exclude(status=RoundStatus.ABANDONED)
        .update(status=RoundStatus.ABANDONED)
    )
    ours = known.filter(root=root).order_by("-id").values("pk")[:1]
    if Round.objects.filter(pk__in=ours).update(**facts):
        return
    if replaced:
        logger.error(
            "Round %d was published with root %s, not with the one computed here.", number, root
        )
    Round.objects.create(
        number=number,
        observed_at=int(args["observedAt"]),
        root=root,
        content_hash=str(args["contentHash"]),
        **facts,
    )


def round_voided(event: Event) -> None:
    """Record that the guardian voided the newest round: its values are not used any more."""
    Round.objects.filter(number=int(event.args["round"]), status=RoundStatus.PUBLISHED).update(
        status=RoundStatus.VOIDED, voided_at=event.block_time
    )


def forget_rounds() -> None:
    """Take rounds back to where none was published; those of others are known by events alone."""
    published = Round.objects.filter(status__in=[RoundStatus.PUBLISHED, RoundStatus.VOIDED])
    published.filter(count__isnull=True).delete()
    published.update(
        status=RoundStatus.ABANDONED,
        published_at=None,
        voided_at=None,
        published_block=None,
        tx_hash="",
    )


def forget_reporters() -> None:
    """Take reporters back to where none was admitted; they stay known by what they signed."""
    Reporter.objects.update(active=False, changed_block=0)


TABLES = (
    projection.Projected(
        model=Round,
        fields=("number", "root", "status", "published_at", "voided_at", "tx_hash"),
        reset=forget_rounds,
    ),
    projection.Projected(
        model=Reporter,
        fields=("address", "active", "changed_block"),
        reset=forget_reporters,
    ),
)
