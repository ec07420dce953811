"""Measure what we claim. Each subcommand starts the servers that it needs, and stops them."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import BaseCommand

from benchmarks.contention import bench_contention
from benchmarks.gas import bench_gas
from benchmarks.planner import bench_planner
from benchmarks.settling import servers
from benchmarks.settling.run import Size, bench_settlement
from benchmarks.snapshot import save_snapshot

Say = Callable[[str], None]
Bench = Callable[[Say], Mapping[str, Any]]
BENCHES: dict[str, tuple[str, Bench]] = {
    "gas": ("gas of whole transactions beside peers and targets", bench_gas),
    "planner": ("time of planning, and its schedule beside the bound", bench_planner),
    "contention": ("slots that lanes share, and the ideal speed-up", bench_contention),
}


class Command(BaseCommand):
    """Measure what we claim: `bench gas`, `contention`, `planner`."""

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
        self._add_settlement(benches)

    def _add_settlement(self, benches: Any) -> None:
        words = "operations from acceptance to finality, beside the naive way and the chain's limit"
        bench = benches.add_parser("settlement", help=words)
        bench.add_argument("--json", action="store_true", help="end with one JSON object")
        default = Size()
        for name in ("operations", "queue", "loans_per_lane"):
            flag = f"--{name.replace('_', '-')}"
            bench.add_argument(flag, type=int, default=getattr(default, name))
        bench.add_argument("--chaos", action="store_true", help="kill workers at random")
        bench.add_argument("--wipe-redis", action="store_true", help="empty the broker meanwhile")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["bench"] == "settlement" and not servers.inside():
            sys.exit(servers.run_inside(sys.argv[1:]))
        figures = self._figures(options)
        if options.get("save"):
            save_snapshot(figures)
        if options["json"]:
            self.stdout.write(json.dumps(figures))

    def _figures(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        if options["bench"] != "settlement":
            return BENCHES[options["bench"]][1](self.say)
        size = Size(**{name: options[name] for name in Size.__dataclass_fields__})
        return bench_settlement(self.say, size)

    def say(self, line: str) -> None:
        """Write a line at once, so that progress is seen through a pipe too."""
        self.stdout.write(line)
        self.stdout.flush()
