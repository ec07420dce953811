"""The numbers of a lane's operations, given out in the order of arrival; and who sends them."""

from collections.abc import Collection, Mapping

from django.db import connection

from settlement.doorbell import ring
from settlement.models import Lane, Signer
from settlement.services.signers import ensure_signers


def taken_numbers(counts: Mapping[int, int]) -> dict[int, int]:
    """Take so many numbers of each lane and return the first of each. In a transaction.

    Lanes are locked in order: two intakes can then not wait for each other.
    """
    lanes = sorted(counts)
    Lane.objects.bulk_create([Lane(number=lane) for lane in lanes], ignore_conflicts=True)
    locked = Lane.objects.select_for_update().filter(number__in=lanes).order_by("number")
    first = {lane.number: lane.next_operation for lane in locked}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE settlement_lane AS l SET next_operation = l.next_operation + v.count "
            "FROM unnest(%s::int[], %s::int[]) AS v (number, count) WHERE l.number = v.number",
            [lanes, [counts[lane] for lane in lanes]],
        )
    return first


def ring_lanes(lanes: Collection[int]) -> None:
    """Ring the keys of these lanes once the transaction has committed."""
    for signer_id in _keys_of(lanes):
        ring("settlement.tasks.pump_signer", signer_id)


def _keys_of(lanes: Collection[int]) -> list[int]:
    """Return the keys of these lanes."""
    active = Signer.objects.filter(lane__in=lanes, retired_at__isnull=True)
    found = list(active.values_list("pk", flat=True))
    if len(found) < len(lanes):
        ensure_signers()
        found = list(active.values_list("pk", flat=True))
    return found
