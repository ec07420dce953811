"""Telemetry in bulk: check each message, keep those that count, say why of the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind, verifies
from collateral.domain.telemetry.messages import Message, read_message
from collateral.domain.telemetry.metrics import METRICS
from collateral.domain.telemetry.rules import Head, accept
from collateral.models import Device, DeviceHead, TelemetryMessage
from collateral.services.uptime import answerable_rounds

MAX_MESSAGES = 5_000
_HEAD_FIELDS = (
    "sequence",
    "hash",
    "at",
    "energy_wh",
    "energy_at",
    "operating_h",
    "round",
    "rounds_answered",
)
_ROW_FIELDS = ("device_id", "sequence", "at", "round", *(one.name for one in METRICS))
_COPY = (
    f"COPY {TelemetryMessage._meta.db_table} ({', '.join((*_ROW_FIELDS, 'hash', 'signature'))}) "
    "FROM STDIN (FORMAT BINARY)"
)
_COPY_TYPES = [*("int8" for _ in _ROW_FIELDS), "bytea", "bytea"]
_MOVE_HEADS = f"""
    UPDATE {DeviceHead._meta.db_table} AS head
    SET {", ".join(f"{name} = moved.{name}" for name in _HEAD_FIELDS)}
    FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bigint[], %s::bigint[], %s::bigint[],
                %s::bigint[], %s::bigint[], %s::bigint[])
         AS moved(device_id, {", ".join(_HEAD_FIELDS)})
    WHERE head.device_id = moved.device_id
"""


@dataclass(frozen=True)
class Refusal:
    """One message that did not count: its place in the bulk, and why."""

    index: int
    code: str
    message: str


@dataclass
class IngestReport:
    """What became of a bulk: how many were kept, and each that was not."""

    accepted: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, index: int, error: TelemetryError) -> None:
        """Note a message that does not count."""
        self.refused.append(Refusal(index, error.code, error.sentence))


@dataclass(frozen=True)
class _Key:
    """What is needed of a device to judge its messages; none of it ever changes."""

    kind: KeyKind
    public_key: bytes
    nameplate_w: int | None


def ingest_telemetry(*, messages: Sequence[Any], now_s: int) -> IngestReport:
    """Keep the messages that count, in one transaction; ``now_s`` is unix seconds.

    Each is judged by itself: a bad one never costs a good one its place. Messages of one device
    are taken in the order given, and bulks that touch the same device one after the other.
    """
    if len(messages) > MAX_MESSAGES:
        raise TelemetryError(
            "BULK_TOO_LARGE", f"{len(messages)} messages at once; send at most {MAX_MESSAGES}."
        )
    report = IngestReport()
    read = _read(messages, report)
    keys = _keys({message.device for _, message in read})
    signed = [(index, one) for index, one in read if _is_signed(index, one, keys, report)]
    if signed:
        with transaction.atomic():
            _keep(signed, keys, now_s, report)
    report.refused.sort(key=lambda refusal: refusal.index)
    return report


def _read(messages: Sequence[Any], report: IngestReport) -> list[tuple[int, Message]]:
    read = []
    for index, given in enumerate(messages):
        try:
            read.append((index, read_message(given)))
        except TelemetryError as error:
            report.refuse(index, error)
    return read


def _keys(device_ids: Iterable[int]) -> Mapping[int, _Key]:
    rows = Device.objects.filter(pk__in=list(device_ids), retired_at__isnull=True)
    return {
        pk: _Key(KeyKind(kind), bytes(key), nameplate_w)
        for pk, kind, key, nameplate_w in rows.values_list(
            "pk", "key_kind", "public_key", "nameplate_w"
        )
    }


def _is_signed(
    index: int, message: Message, keys: Mapping[int, _Key], report: IngestReport
) -> bool:
    key = keys.get(message.device)
    if key is None:
        sentence = f"Device {message.device} is not enrolled, or is retired."
        report.refuse(index, TelemetryError("DEVICE_UNKNOWN", sentence))
        return False
    if not verifies(key.kind, key.public_key, message.hash, message.signature):
        sentence = f"The signature is not by the {key.kind} key of device {message.device}."
        report.refuse(index, TelemetryError("SIGNATURE_INVALID", sentence))
        return False
    return True


def _keep(
    signed: Sequence[tuple[int, Message]],
    keys: Mapping[int, _Key],
    now_s: int,
    report: IngestReport,
) -> None:
    rounds = answerable_rounds(now_s=now_s)
    heads = _locked_heads({message.device for _, message in signed})
    rows: list[tuple[Any, ...]] = []
    moved: dict[int, Head] = {}
    for index, message in signed:
        head = heads[message.device]
        try:
            answered = accept(
                message,
                head,
                nameplate_w=keys[message.device].nameplate_w,
                now_s=now_s,
                rounds=rounds,
            )
        except TelemetryError as error:
            report.refuse(index, error)
            continue
        moved[message.device] = head
        rows.append(_row(message, answered))
    _copy(rows)
    _move_heads(moved)
    report.accepted = len(rows)


def _locked_heads(device_ids: Iterable[int]) -> dict[int, Head]:
    """Return the heads, locked in order of their ids, so that two bulks cannot wait in a ring."""
    rows = DeviceHead.objects.select_for_update().filter(pk__in=list(device_ids)).order_by("pk")
    return {
        pk: Head(sequence, bytes(digest), *rest)
        for pk, sequence, digest, *rest in rows.values_list("pk", *_HEAD_FIELDS)
    }


def _row(message: Message, answered: int) -> tuple[Any, ...]:
    return (
        message.device,
        message.sequence,
        message.at,
        answered,
        *message.values,
        message.hash,
        message.signature,
    )


def _copy(rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(_COPY_TYPES)
        for row in rows:
            copy.write_row(row)


def _move_heads(moved: Mapping[int, Head]) -> None:
    columns = [[getattr(head, name) for head in moved.values()] for name in _HEAD_FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_HEADS, [list(moved), *columns])
