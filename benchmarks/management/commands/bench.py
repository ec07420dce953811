"""Measure what we claim. Each subcommand starts the servers that it needs, and stops them."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from benchmarks.contention import bench_contention
from benchmarks.gas import bench_gas
from benchmarks.oracle import bench_oracle
from benchmarks.oracle.bench import ASSETS
from benchmarks.planner import bench_planner
from benchmarks.snapshot import save_snapshot
from benchmarks.telemetry import bench_telemetry

Say = Callable[[str], None]
Bench = Callable[[Say], Mapping[str, Any]]
BENCHES: dict[str, tuple[str, Bench]] = {
    "gas": ("gas of whole transactions beside peers and targets", bench_gas),
    "planner": ("time of planning, and its schedule beside the bound", bench_planner),
    "telemetry": ("signed messages of devices verified and stored in a second", bench_telemetry),
    "oracle": ("a round of a million assets, from observations to proofs", bench_oracle),
    "contention": ("slots that lanes share, and the ideal speed-up", bench_contention),
}


class Command(BaseCommand):
    """Measure what we claim: one benchmark for each claim of speed or gas."""

    help = __doc__
    stack_needs: frozenset[str] = frozenset()
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        benches = parser.add_subparsers(dest="bench", required=True)
        for name, (words, _) in BENCHES.items():
            bench = benches.add_parser(name, help=words)
            bench.add_argument("--json", action="store_true", help="end with one JSON object")
            if name == "gas":
                bench.add_argument("--save", action="store_true", help="commit to these figures")
            if name == "oracle":
                bench.add_argument("--assets", type=_count, default=ASSETS, help="how many")

    def handle(self, *args: Any, **options: Any) -> None:
        _, measure = BENCHES[options["bench"]]
        if options["bench"] == "oracle":
            measure = partial(bench_oracle, assets=options["assets"])
        figures = measure(self.say)
        if options.get("save"):
            save_snapshot(figures)
        if options["json"]:
            self.stdout.write(json.dumps(figures))

    def say(self, line: str) -> None:
        """Write a line at once, so that progress is seen through a pipe too."""
        self.stdout.write(line)
        self.stdout.flush()


def _count(text: str) -> int:
    """Return a number of assets; below some thousands the compiled code is not used at all."""
    if not text.isdecimal() or not 100 <= int(text) <= 10_000_000:
        raise ArgumentTypeError(f"{text!r} is no number of assets from 100 to 10,000,000")
    return int(text)
