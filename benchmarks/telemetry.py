"""How many signed messages of devices are verified and stored in a second, through the API's door.

Every message is signed beforehand by the key of its device (the chip's work, not ours). Then worker
processes, as many as the web server would have, take bulks of them as HTTP requests: JSON read,
hash computed, signature checked, order, freshness, challenge and nameplate judged, rows copied into
a durable PostgreSQL, one transaction for each bulk.
"""

import json
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connections
from django.test import RequestFactory
from django.utils import timezone

from benchmarks.database import own_database
from benchmarks.errors import BenchFailed
from benchmarks.report import table
from collateral import services
from collateral.api.devices import telemetry
from collateral.domain.telemetry.keys import KeyKind
from collateral.domain.telemetry.soft_device import SoftDevice
from collateral.models import TelemetryMessage
from collateral.services.simulation import enrol_fleet, fleet_metrics

TARGET_MESSAGES_PER_S = 5_000
DEVICES = 600
MESSAGES_OF_A_DEVICE = 50
BULK = 1_000
RUNS = 3
Say = Callable[[str], None]


def bench_telemetry(say: Say) -> Mapping[str, Any]:
    """Measure ingestion in a database of its own; ``messages_per_s`` is the median of the runs."""
    workers = max(os.cpu_count() or 1, 2)
    with own_database():
        say(f"Enrolling {DEVICES} devices: a third each with secp256k1, P-256 and Ed25519 keys.")
        fleet = enrol_fleet(count=DEVICES, kinds=list(KeyKind), now_s=_now_s())
        spent_s = _cpu_of_workers_s()
        rates = [_run(fleet, number, workers, say) for number in range(1, RUNS + 1)]
        spent_s = _cpu_of_workers_s() - spent_s
        stored = TelemetryMessage.objects.count()
    if stored != RUNS * DEVICES * MESSAGES_OF_A_DEVICE:
        raise BenchFailed(f"{stored} messages were stored, not all that were sent.")
    figures = {
        "messages_per_s": sorted(rates)[len(rates) // 2],
        "messages_per_s_lowest": min(rates),
        # What the workers need, however busy the machine is; the database's share is not in it.
        "messages_per_cpu_s": int(stored / max(spent_s, 0.001)),
        "messages": stored,
        "devices": DEVICES,
        "workers": workers,
        "target_messages_per_s": TARGET_MESSAGES_PER_S,
    }
    for line in table([("figure", "value"), *((name, f"{n:,}") for name, n in figures.items())]):
        say(line)
    return figures


def _run(fleet: Sequence[SoftDevice], number: int, workers: int, say: Say) -> int:
    """Sign anew, then have the workers ingest; return messages in a second of wall time."""
    nonce = bytes(services.current_round(now_s=_now_s()).nonce)
    shares = [_bulks(fleet[place::workers], nonce, number) for place in range(workers)]
    # A child inherits no connection: two processes on one socket would garble it.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready, start = context.Barrier(workers + 1), context.Barrier(workers + 1)
    children = [context.Process(target=_ingest, args=(share, ready, start)) for share in shares]
    for child in children:
        child.start()
    ready.wait()
    began = time.perf_counter()
    start.wait()
    for child in children:
        child.join()
    took_s = time.perf_counter() - began
    if any(child.exitcode for child in children):
        raise BenchFailed(f"A worker ended with {[child.exitcode for child in children]}.")
    sent = len(fleet) * MESSAGES_OF_A_DEVICE
    say(f"Run {number}: {sent:,} messages in {took_s:.2f} s, {int(sent / took_s):,} a second.")
    return int(sent / took_s)


def _bulks(fleet: Sequence[SoftDevice], nonce: bytes, run: int) -> list[bytes]:
    """Return request bodies: each device's messages in order, devices taking turns."""
    at = _now_s()
    messages = [
        device.report(at=at, nonce=nonce, metrics=fleet_metrics(device, at=at))
        for _ in range(MESSAGES_OF_A_DEVICE)
        for device in fleet
    ]
    return [
        json.dumps({"messages": messages[first : first + BULK]}).encode()
        for first in range(0, len(messages), BULK)
    ]


def _ingest(bodies: Sequence[bytes], ready: Any, start: Any) -> None:
    """Take every body through the view, as a worker of the web server does."""
    factory = RequestFactory()
    connections["default"].ensure_connection()
    ready.wait()
    start.wait()
    for body in bodies:
        request = factory.post("/api/v1/telemetry", body, content_type="application/json")
        answer = json.loads(telemetry(request).content)
        if answer["refused"] or not answer["accepted"]:
            raise BenchFailed(f"A bulk was refused: {answer['refused'][:1]}.")
    connections.close_all()


def _cpu_of_workers_s() -> float:
    """Return the processor time of all workers that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _now_s() -> int:
    return int(timezone.now().timestamp())
