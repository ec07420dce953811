"""Run the main job end to end on the embedded stack, print its report, and serve the portal."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from collateral.domain.portfolio import FileRefused
from config.demo import report
from config.demo.clock import Clock
from config.demo.driver import leave_work, run
from config.demo.logins import demo_logins
from config.demo.steps.assets import planned_files
from config.demo.waiting import DemoFailure
from config.stack.supervisor import Stack, running_stack
from contracts.client import connect
from contracts.errors import ChainError

LOCAL_CHAIN_ID = 31_337


class Command(BaseCommand):
    """Play the demo; a job that was interrupted continues where it stopped."""

    help = __doc__
    stack_needs: frozenset[str] = frozenset()
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop after the report")
        parser.add_argument("--reset", action="store_true", help="remove all data first")
        parser.add_argument("--portfolio", type=Path, help="folder of CSV files to import")

    def handle(self, *args: Any, **options: Any) -> None:
        portfolio = options["portfolio"]
        if settings.CHAIN_ID != LOCAL_CHAIN_ID:
            raise CommandError(
                f"The demo moves the chain's clock and plays its users, so it runs on the local"
                f" chain {LOCAL_CHAIN_ID} only; CHAIN_ID is {settings.CHAIN_ID}."
            )
        if portfolio is not None:
            self._check(portfolio)
        with running_stack(reset=options["reset"], say=self.say) as stack:
            try:
                self._play(stack, portfolio, serve=not options["no_serve"])
            except (DemoFailure, ChainError) as failure:
                raise CommandError(str(failure)) from failure

    def _check(self, portfolio: Path) -> None:
        """Refuse a portfolio that nothing can be imported from, before anything starts."""
        try:
            files = planned_files(portfolio)
        except FileRefused as refusal:
            raise CommandError(refusal.sentence) from refusal
        if not any(one.ready for one in files):
            raise CommandError(" ".join(one.refusal for one in files))

    def _play(self, stack: Stack, portfolio: Path | None, *, serve: bool) -> None:
        logins = demo_logins()
        self.say(f"Portal: {stack.web_url}")
        figures = run(portfolio=portfolio, say=self.say)
        self.say("")
        for line in report.lines(figures):
            self.say(line)
        problems = report.problems(figures)
        if serve:
            leave_work()
            self.say("")
            self.say(f"The portal is at {stack.web_url}, the staff desk at {stack.web_url}/admin/")
            for login in logins:
                self.say(f"  {login}")
            self.say("Press Ctrl-C to stop.")
            Clock(connect(stack.rpc_url)).rest()
            stack.wait()
        if problems:
            raise CommandError("\n".join(problems))

    def say(self, line: str) -> None:
        """Write a line at once, so that progress is seen through a pipe too."""
        self.stdout.write(line)
        self.stdout.flush()
