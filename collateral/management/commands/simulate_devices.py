"""Simulate a fleet: things with device keys that register, enrol and report as real ones do."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from collateral import services
from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind

MAX_DEVICES = 5_000


class Command(BaseCommand):
    """Enrol a fleet in software and have it report, every message signed and judged."""

    help = __doc__
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--devices", type=int, default=10, help="how many (10)")
        parser.add_argument("--messages", type=int, default=10, help="how many each sends (10)")
        parser.add_argument("--every", type=float, default=0, metavar="S", help="seconds between")
        parser.add_argument(
            "--class", dest="class_code", default="energy", help="energy, hotspot, ev_charger"
        )
        parser.add_argument("--key", choices=list(KeyKind), help="one kind of key (all in turn)")

    def handle(self, *args: Any, **options: Any) -> None:
        count, messages = options["devices"], options["messages"]
        if not 0 < count <= MAX_DEVICES or messages < 0:
            raise CommandError(f"Simulate 1 to {MAX_DEVICES} devices that send 0 messages or more.")
        kinds = [KeyKind(options["key"])] if options["key"] else list(KeyKind)
        try:
            fleet = services.enrol_fleet(
                count=count, kinds=kinds, now_s=_now_s(), class_code=options["class_code"]
            )
        except (TelemetryError, LookupError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Enrolled devices {fleet[0].device} to {fleet[-1].device}.")
        for number in range(1, messages + 1):
            report = services.report_fleet(fleet=fleet, now_s=_now_s())
            self.stdout.write(f"Message {number}/{messages}: {report.accepted} kept.")
            for refusal in report.refused[:3]:
                self.stdout.write(f"  refused: {refusal.code}: {refusal.message}")
            time.sleep(options["every"] if number < messages else 0)


def _now_s() -> int:
    return int(timezone.now().timestamp())
