"""What devices earned, by their signed messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Min, Sum

from collateral.models import TelemetryMessage


@dataclass(frozen=True, kw_only=True)
class Earnings:
    """What one device was paid after its first message in a span; ledger units, unix seconds."""

    asset_id: int
    device_key: bytes
    income_units: int
    first_sequence: int
    first_at: int
    last_sequence: int
    last_at: int
    last_hash: bytes
    last_signature: bytes


def earnings(*, asset_ids: Sequence[int], since: int, until: int) -> list[Earnings]:
    """Return the earnings of these assets' devices between two moments, by asset.

    What the first message reports was earned before it, in a time that is not known, and is left
    out. A device without two messages in the span is left out too.
    """
    told = TelemetryMessage.objects.filter(
        device__asset__in=asset_ids, device__retired_at__isnull=True
    )
    spans = {
        span["device"]: span
        for span in told.filter(at__gt=since, at__lte=until, income_units__isnull=False)
        .values("device")
        .annotate(
            first=Min("sequence"), last=Max("sequence"), begun=Min("at"), total=Sum("income_units")
        )
    }
    ends = TelemetryMessage.objects.filter(
        device__in=spans,
        sequence__in={span[end] for span in spans.values() for end in ("first", "last")},
    )
    first_income, last = {}, {}
    for message in ends.select_related("device"):
        span = spans[message.device_id]
        if message.sequence == span["first"]:
            first_income[message.device_id] = message.income_units or 0
        if message.sequence == span["last"]:
            last[message.device_id] = message
    found = [
        _earnings(span, last[device], first_income[device])
        for device, span in spans.items()
        if span["last"] > span["first"]
    ]
    return sorted(found, key=lambda one: one.asset_id)


def _earnings(span: dict[str, int], last: TelemetryMessage, first_income: int) -> Earnings:
    return Earnings(
        asset_id=last.device.asset_id,
        device_key=bytes(last.device.public_key),
        income_units=span["total"] - first_income,
        first_sequence=span["first"],
        first_at=span["begun"],
        last_sequence=last.sequence,
        last_at=last.at,
        last_hash=bytes(last.hash),
        last_signature=bytes(last.signature),
    )
