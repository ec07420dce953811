"""Rebuild all projections from the stored events: `manage.py reindex [--json]`."""

import hashlib
import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand

from settlement import services


class Command(BaseCommand):
    """Make loans, pool, balances and registers anew from the raw events, and compare hashes."""

    help = __doc__
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        done = services.reindex()
        told = {
            "events": done.events,
            "before": total(done.before),
            "after": total(done.after),
            "changed": done.changed,
        }
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=1))
        else:
            self._print(told)
        if done.changed:
            raise SystemExit(1)

    def _print(self, told: Mapping[str, Any]) -> None:
        self.stdout.write(f"{told['events']} events applied again.")
        self.stdout.write(f"before: {told['before']}")
        self.stdout.write(f"after:  {told['after']}")
        for table in told["changed"]:
            self.stdout.write(
                f"{table} differed from its events and was corrected; run reconcile to compare "
                "it with the chain."
            )


def total(hashes: Mapping[str, str]) -> str:
    """Return one hash of all tables'."""
    lines = "\n".join(f"{table} {digest}" for table, digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
