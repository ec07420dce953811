"""The page of one device: is it up, what does it earn, how worn is it, where is it."""

import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Max, Min, QuerySet, Sum
from django.db.models.functions import Coalesce

from collateral.domain.display import usd
from collateral.domain.telemetry.rules import uptime_bps
from collateral.models import Asset, Device, DeviceHead, TelemetryMessage, UptimeRound
from collateral.services.uptime import ROUND_S
from portal.domain.charts.line import LineChart, Point, line_chart
from portal.domain.charts.scale import Scale
from portal.domain.formatting import span
from portal.domain.things import title
from portal.selectors.rows import Figure

HOUR_S = 3_600
DAY_S = 24 * HOUR_S
BUCKETS_SHOWN = 60
ROWS_OF_A_PAGE = 50
FULL_BPS = 10_000


@dataclass(frozen=True, kw_only=True)
class DevicePage:
    """Everything the page shows; times are unix seconds."""

    title: str
    lead: str
    token_id: int | None
    is_retired: bool
    figures: list[Figure]
    charts: list[LineChart]
    details: list[Figure]


@dataclass(frozen=True, kw_only=True)
class DeviceRow:
    """One line of the list."""

    number: int
    title: str
    key_kind: str
    uptime: str
    reported_at: int


@dataclass(frozen=True, kw_only=True)
class DevicesPage:
    """The devices enrolled last, newest first."""

    rows: list[DeviceRow]
    count: int


def devices_page() -> DevicesPage:
    """Return the devices that report, newest first."""
    active = Device.objects.filter(retired_at__isnull=True)
    newest = active.select_related("asset", "head").order_by("-pk")[:ROWS_OF_A_PAGE]
    rounds = list(UptimeRound.objects.order_by("number").values_list("number", flat=True))
    rows = [
        DeviceRow(
            number=one.pk,
            title=_title(one.asset),
            key_kind=one.key_kind,
            uptime=_uptime_words(one, len(rounds) - bisect_left(rounds, one.first_round)),
            reported_at=one.head.at,
        )
        for one in newest
    ]
    return DevicesPage(rows=rows, count=active.count())


def device_page(*, device_id: int) -> DevicePage | None:
    """Return the page of a device, or None when there is none of that number."""
    device = Device.objects.filter(pk=device_id).select_related("asset__owner", "head").first()
    if device is None:
        return None
    messages = TelemetryMessage.objects.filter(device=device)
    return DevicePage(
        title=_title(device.asset),
        lead=f"Device {device.pk}: it signs what it reports with its own {device.key_kind} key.",
        token_id=device.asset.token_id,
        is_retired=device.retired_at is not None,
        figures=_figures(device, messages),
        charts=_charts(device, messages),
        details=_details(device),
    )


def _title(asset: Asset) -> str:
    return title(asset.asset_class.code, asset.attributes)


def asked_of(device: Device) -> int:
    """Return how many rounds were opened while the device was enrolled."""
    rounds = UptimeRound.objects.filter(number__gte=device.first_round)
    if device.retired_at is not None:
        rounds = rounds.filter(number__lte=device.retired_at // ROUND_S)
    return rounds.count()


def _uptime_words(device: Device, asked: int) -> str:
    bps = uptime_bps(answered=min(device.head.rounds_answered, asked), asked=asked)
    return f"{bps // 100}.{bps % 100:02d} %"


def _figures(device: Device, messages: QuerySet[TelemetryMessage]) -> list[Figure]:
    head: DeviceHead = device.head
    asked = asked_of(device)
    totals = messages.aggregate(income=Coalesce(Sum("income_units"), 0))
    newest = messages.filter(health_bps__isnull=False).order_by("-sequence").first()
    health = f"{newest.health_bps // 100} %" if newest else "Not reported"
    return [
        Figure(
            label="Uptime",
            value=_uptime_words(device, asked),
            note=f"{head.rounds_answered} of {asked} rounds answered",
        ),
        Figure(label="Income reported", value=usd(totals["income"]), note="signed by the device"),
        Figure(label="State of health", value=health, note="100 % is new"),
        Figure(label="Messages", value=f"{head.sequence:,}", note=_last_word(head)),
    ]


def _last_word(head: DeviceHead) -> str:
    if not head.at:
        return "none yet"
    return f"the last {span(max(int(time.time()) - head.at, 0))} ago"


def _charts(device: Device, messages: QuerySet[TelemetryMessage]) -> list[LineChart]:
    """Return the charts that have at least two points to join."""
    bucket_s = _bucket_s(messages)
    rows = (
        messages.order_by()
        .annotate(bucket=F("at") / bucket_s)
        .values("bucket")
        .annotate(
            answered=Count("round", distinct=True),
            income=Sum("income_units"),
            health=Min("health_bps"),
        )
        .order_by("-bucket")[:BUCKETS_SHOWN]
    )
    kept = list(rows)
    if not kept:
        return []
    asked = _asked(device, kept[-1]["bucket"], bucket_s)
    answered = {row["bucket"]: row["answered"] for row in kept}
    shares = {
        bucket: uptime_bps(answered=min(answered.get(bucket, 0), number), asked=number)
        for bucket, number in asked.items()
    }
    full = Scale(0, FULL_BPS)
    incomes = _column(kept, "income")
    # From nothing up: a line drawn between the least and the most would make a ripple a storm.
    earned = Scale(0, max([*incomes.values(), 1]))
    charts = [
        _chart("Uptime", shares, bucket_s, _percent, full),
        _chart("Income", incomes, bucket_s, usd, earned),
        _chart("State of health", _column(kept, "health"), bucket_s, _percent, full),
    ]
    return [chart for chart in charts if chart is not None]


def _bucket_s(messages: QuerySet[TelemetryMessage]) -> int:
    """Return the width of a point: a round while the history is short, later an hour, a day."""
    ends = messages.aggregate(first=Min("at"), last=Max("at"))
    length = 0 if ends["first"] is None else ends["last"] - ends["first"]
    if length > 2 * DAY_S:
        return DAY_S
    return HOUR_S if length > BUCKETS_SHOWN * ROUND_S else ROUND_S


def _asked(device: Device, first_bucket: int, bucket_s: int) -> Mapping[int, int]:
    """Return how many rounds were opened in each stretch of time."""
    rounds_each = bucket_s // ROUND_S
    first = max(first_bucket * rounds_each, device.first_round)
    rows = (
        UptimeRound.objects.filter(number__gte=first)
        .annotate(bucket=F("number") / rounds_each)
        .values_list("bucket")
        .annotate(Count("number"))
    )
    return dict(rows)


def _column(rows: list[dict], name: str) -> dict[int, int]:
    return {row["bucket"]: row[name] for row in rows if row[name] is not None}


def _chart(
    title: str,
    values: Mapping[int, int],
    bucket_s: int,
    words: Callable[[int], str],
    scale: Scale,
) -> LineChart | None:
    points = [
        Point(at=bucket * bucket_s, value=value, words=words(value))
        for bucket, value in values.items()
    ]
    ends = (words(scale.low), words(scale.high))
    return line_chart(title=title, points=points, scale=scale, ends=ends)


def _percent(bps: int) -> str:
    return f"{bps // 100} %"


def _details(device: Device) -> list[Figure]:
    plate = "Not on file" if device.nameplate_w is None else f"{device.nameplate_w:,} W"
    return [
        Figure(label="Key", value="0x" + bytes(device.public_key).hex(), note=device.key_kind),
        Figure(label="Greatest output by its plate", value=plate),
        Figure(label="Where others saw it", value=device.cell or "Not witnessed", note="H3 cell"),
        Figure(label="Hash of the last message", value="0x" + bytes(device.head.hash).hex()),
    ]
