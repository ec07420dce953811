"""What others may know of settlement."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum
from django.utils import timezone

from settlement.calldata import operations_of
from settlement.domain.outcomes import OperationStatus, operation_status
from settlement.errors import SettlementError
from settlement.models import IN_FLIGHT, Batch, Block, Cursor, Lane, Operation, Parcel


@dataclass(frozen=True)
class LanePipeline:
    """One lane's batches and operations."""

    lane: int
    waiting: int
    in_flight: int
    settled: int
    failed: int


@dataclass(frozen=True)
class Pipeline:
    """State of the pipeline. Lags are in blocks, and in seconds since the reader last moved."""

    by_status: dict[str, int]
    lanes: list[LanePipeline] = field(default_factory=list)
    in_flight: int = 0
    operations: int = 0
    operations_settled: int = 0
    block_number: int = 0
    lag_blocks: int = 0
    lag_s: int = 0


def pipeline() -> Pipeline:
    """Return counts by status and lane, and how far the reader is behind."""
    counted = Batch.objects.order_by().values_list("status").annotate(Count("pk"))
    by_status: dict[str, int] = dict(counted)
    cursor = Cursor.objects.filter(name=Cursor.READER).first()
    return Pipeline(
        by_status=by_status,
        lanes=_lanes(),
        in_flight=sum(by_status.get(status, 0) for status in IN_FLIGHT),
        operations=sum(Lane.objects.values_list("next_operation", flat=True))
        - Lane.objects.count(),
        operations_settled=operations_settled(),
        block_number=cursor.block_number if cursor else 0,
        lag_blocks=max(cursor.head_number - cursor.block_number, 0) if cursor else 0,
        lag_s=int((timezone.now() - cursor.updated_at).total_seconds()) if cursor else 0,
    )


def operations_settled() -> int:
    """Return how many operations the chain has applied."""
    return Batch.objects.aggregate(total=Sum("applied"))["total"] or 0


def batch_outcome(client_key: str) -> str | None:
    """Return the status of a call's batch (`BatchStatus`), or None when there is none."""
    found = Batch.objects.filter(client_key=client_key).values_list("status", flat=True)
    return found.first()


def chain_time() -> int:
    """Return the time of the newest block that was read, unix seconds."""
    newest = Block.objects.order_by("-number").values_list("timestamp", flat=True).first()
    if newest is None:
        raise SettlementError("No block has been read yet. Start the workers and wait a moment.")
    return newest


def newest_block_time() -> int:
    """Return the time of the newest block that was read, unix seconds; 0 before the first."""
    newest = Block.objects.order_by("-number").values_list("timestamp", flat=True).first()
    return newest or 0


def operation_statuses(operations: Iterable[Operation]) -> dict[int, OperationStatus]:
    """Return the derived status of each operation, by its primary key."""
    by_lane: dict[int, dict[int, int]] = {}
    for operation in operations:
        by_lane.setdefault(operation.lane, {})[operation.number] = operation.pk
    return {
        pk: status for lane, keys in by_lane.items() for pk, status in _lane_statuses(lane, keys)
    }


def parcel_outcomes(parcel: Parcel) -> Counter[OperationStatus]:
    """Return how many of a parcel's operations stand where."""
    return Counter(_parcel_statuses(parcel))


def parcel_statuses(client_key: str) -> list[OperationStatus]:
    """Return the status of each operation of a parcel, in the order in which they were given.

    Raises `SettlementError` where there is no such parcel.
    """
    parcel = Parcel.objects.defer("words").filter(client_key=client_key).first()
    if parcel is None:
        raise SettlementError(f"There is no parcel {client_key}. Check the client key.")
    return _parcel_statuses(parcel)


def _parcel_statuses(parcel: Parcel) -> list[OperationStatus]:
    numbers = range(parcel.first_number, parcel.last_number + 1)
    found = dict(_lane_statuses(parcel.lane, dict(zip(numbers, numbers, strict=True))))
    return [found[number] for number in numbers]


def _lane_statuses(lane: int, keys: dict[int, int]) -> Iterator[tuple[int, OperationStatus]]:
    """Yield key and status of a lane's operations, whose keys are given by number.

    Each batch's words are read once.
    """
    held: dict[int, list[tuple[str, list[int], bytes | None]]] = {number: [] for number in keys}
    covering = Batch.objects.filter(
        lane=lane, first_number__lte=max(keys), last_number__gte=min(keys)
    )
    for batch in covering.order_by("pk"):
        numbers = [each.number for each in operations_of(batch)]
        holding = (batch.status, numbers, bytes(batch.results) if batch.results else None)
        for number in held.keys() & set(numbers):
            held[number].append(holding)
    for number, batches in held.items():
        yield keys[number], operation_status(batches, number)


def _lanes() -> list[LanePipeline]:
    stored = {lane.number: lane.next_operation - 1 for lane in Lane.objects.all()}
    rows = (
        Batch.objects.filter(lane__isnull=False)
        .order_by("lane")
        .values("lane")
        .annotate(
            flying=Count("pk", filter=Q(status__in=IN_FLIGHT)),
            settled=Sum("applied"),
            refused=Sum("failed"),
            skipped=Sum("skipped"),
        )
    )
    by_lane = {row["lane"]: row for row in rows}
    numbers = sorted({*by_lane, *stored})
    return [_lane(number, by_lane.get(number, {}), stored.get(number, 0)) for number in numbers]


def _lane(number: int, row: dict[str, int], stored: int) -> LanePipeline:
    settled, failed = row.get("settled") or 0, row.get("refused") or 0
    done = settled + failed + (row.get("skipped") or 0)
    return LanePipeline(
        lane=number,
        waiting=max(stored - done, 0),
        in_flight=row.get("flying") or 0,
        settled=settled,
        failed=failed,
    )
