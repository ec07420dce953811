"""Measure what we claim. Each subcommand starts the servers that it needs, and stops them."""

import json
import sys
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
from benchmarks.settling import servers
from benchmarks.settling.run import Size, bench_settlement
from benchmarks.snapshot import save_snapshot
from benchmarks.telemetry import bench_telemetry

Say = Callable[[str], None]
Bench = Callable[[Say], Mapping[str, Any]]
BENCHES = {
    "gas": "gas of whole transactions beside peers and targets",
    "contention": "slots that lanes share, and the ideal speed-up",
    "planner": "time of planning, and its schedule beside the bound",
    "settlement": "operations from acceptance to finality, beside the naive way and the chain's "
    "limit",
    "oracle": "a round of a million assets, from observations to proofs",
    "telemetry": "signed messages of devices verified and stored in a second",
}


class Command(BaseCommand):
    """Measure what we claim: one benchmark for each claim of speed or gas."""

    help = __doc__
    stack_needs: frozenset[str] = frozenset()
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        benches = parser.add_subparsers(dest="bench", required=True)
        made = {name: benches.add_parser(name, help=words) for name, words in BENCHES.items()}
        for bench in made.values():
            bench.add_argument("--json", action="store_true", help="end with one JSON object")
        made["gas"].add_argument("--save", action="store_true", help="commit to these figures")
        made["oracle"].add_argument(
            "--assets", type=_between(100, 10_000_000), default=ASSETS, help="how many"
        )
        _add_settlement(made["settlement"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["bench"] == "settlement" and not servers.inside():
            sys.exit(servers.run_inside(sys.argv[1:]))
        figures = _chosen(options)(self.say)
        if options.get("save"):
            save_snapshot(figures)
        if options["json"]:
            self.stdout.write(json.dumps(figures))

    def say(self, line: str) -> None:
        """Write a line at once, so that progress is seen through a pipe too."""
        self.stdout.write(line)
        self.stdout.flush()


def _chosen(options: Mapping[str, Any]) -> Bench:
    size = {name: options.get(name) for name in Size.__dataclass_fields__}
    benches: dict[str, Bench] = {
        "gas": bench_gas,
        "contention": bench_contention,
        "planner": bench_planner,
        "settlement": lambda say: bench_settlement(say, Size(**size)),
        "oracle": partial(bench_oracle, assets=options.get("assets", ASSETS)),
        "telemetry": bench_telemetry,
    }
    return benches[options["bench"]]


def _add_settlement(bench: ArgumentParser) -> None:
    default = Size()
    for name, least in (("operations", 1_000), ("queue", 0), ("loans_per_lane", 10)):
        flag = f"--{name.replace('_', '-')}"
        kind = _between(least, 100_000_000)
        bench.add_argument(flag, type=kind, default=getattr(default, name))
    bench.add_argument("--chaos", action="store_true", help="kill workers at random")
    bench.add_argument("--wipe-redis", action="store_true", help="empty the broker meanwhile")


def _between(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers in a range."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text!r} is no whole number from {least:,} to {most:,}")
        return int(text)

    return read
