"""What an operator sees at a glance: keys, what is stuck, hot loans, failures by reason."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Now, Substr
from django.utils import timezone

from contracts.client import connect
from contracts.domain.words import LANE_SHIFT, NUMBER_LIMIT
from contracts.errors import ChainError
from settlement.models import (
    IN_FLIGHT,
    Batch,
    BatchStatus,
    EventLog,
    Incident,
    LaneProgress,
    Operation,
    Signer,
)
from settlement.services.waiting import loans_in_parcels, waiting_lanes

STUCK_AFTER_S = 60
SHOWN = 20
HOT_FROM = 2
REASON_LENGTH = 80
ENDED_WITHOUT_EFFECT = (BatchStatus.DEAD, BatchStatus.REVERTED)


@dataclass(frozen=True, kw_only=True)
class KeyState:
    """A key: what it has on its way, for how long the oldest, and its balance in wei."""

    signer: Signer
    planned: int
    in_flight: int
    stuck: int
    oldest_s: int
    balance_wei: int | None


@dataclass(frozen=True, kw_only=True)
class HotLoan:
    """A loan on which more than one operation waits."""

    loan_id: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Failures:
    """How often one reason ended something without effect."""

    reason: str
    count: int


def keys() -> list[KeyState]:
    """Return the state of every key in use."""
    stuck = Q(batches__sent_at__lt=Now() - timedelta(seconds=STUCK_AFTER_S))
    flying = Q(batches__status__in=IN_FLIGHT)
    rows = list(
        Signer.objects.filter(chain_id=settings.CHAIN_ID, retired_at__isnull=True)
        .annotate(
            planned=Count("batches", filter=Q(batches__status=BatchStatus.PLANNED)),
            flying=Count("batches", filter=flying),
            stuck=Count("batches", filter=flying & stuck),
            oldest=Min("batches__sent_at", filter=flying),
        )
        .order_by("purpose", "key_index")
    )
    balances = _balances([row.address for row in rows])
    return [
        KeyState(
            signer=row,
            planned=row.planned,
            in_flight=row.flying,
            stuck=row.stuck,
            oldest_s=int((timezone.now() - row.oldest).total_seconds()) if row.oldest else 0,
            balance_wei=balances.get(row.address),
        )
        for row in rows
    ]


def stuck_batches() -> list[Batch]:
    """Return what has been on its way for long, oldest first."""
    long_ago = Now() - timedelta(seconds=STUCK_AFTER_S)
    flying = Batch.objects.filter(status__in=IN_FLIGHT, sent_at__lt=long_ago)
    return list(flying.select_related("signer").defer("data").order_by("sent_at")[:SHOWN])


def hot_loans() -> list[HotLoan]:
    """Return the loans with the most operations waiting for their turn."""
    waiting = Q()
    counts: Counter[int] = Counter()
    for lane in waiting_lanes():
        progress = LaneProgress.objects.filter(lane=lane).first() or LaneProgress(lane=lane)
        # Ids begin with the lane, so that a range of them is a lane's queue.
        first = lane << LANE_SHIFT
        waiting |= Q(id__gt=first | progress.planned_through, id__lt=first + NUMBER_LIMIT)
        waiting |= Q(id__in=[first | number for number in progress.deferred])
        counts.update(loans_in_parcels(progress))
    if not waiting:
        return []
    rows = Operation.objects.filter(waiting).values_list("loan_id").annotate(count=Count("pk"))
    counts.update(dict(rows.filter(count__gte=HOT_FROM).order_by("-count")[:SHOWN]))
    hot = counts.most_common(SHOWN)
    return [HotLoan(loan_id=loan, waiting=count) for loan, count in hot if count >= HOT_FROM]


def failures_by_reason() -> list[Failures]:
    """Return why transactions and operations ended without effect, most frequent first."""
    batches = (
        Batch.objects.filter(status__in=ENDED_WITHOUT_EFFECT)
        .annotate(reason=Substr("error", 1, REASON_LENGTH))
        .values("reason")
        .annotate(count=Count("pk"))
        .order_by("-count")[:SHOWN]
    )
    operations = (
        EventLog.objects.filter(contract="LoanBook", name="OperationFailed", orphaned=False)
        .values(code=F("args__failure"))
        .annotate(count=Count("pk"))
        .order_by("-count")[:SHOWN]
    )
    found = [Failures(**row) for row in batches]
    found += [
        Failures(reason=f"Operation failed with code {row['code']}", count=row["count"])
        for row in operations
    ]
    return sorted(found, key=lambda each: -each.count)


def open_incidents() -> list[Incident]:
    """Return what nobody has closed yet, newest first."""
    return list(Incident.objects.filter(closed_at__isnull=True).order_by("-pk")[:SHOWN])


def endpoints() -> dict[str, int | None]:
    """Return each node's newest block by the node's name; None of one that does not answer."""
    return connect(settings.RPC_URL).heads()


def _balances(addresses: list[str]) -> dict[str, int]:
    """Return balances in wei; none while the node does not answer."""
    try:
        return connect(settings.RPC_URL).balances(addresses)
    except ChainError:
        return {}
