"""Run the embedded stack: database, broker, chain, web server, workers and beat."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.stack.supervisor import running_stack, stop_running


class Command(BaseCommand):
    """Start everything and serve until Ctrl-C; or stop what runs in this checkout."""

    help = __doc__
    stack_needs: frozenset[str] = frozenset()
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-workers", action="store_true", help="start no workers, no beat")
        parser.add_argument("--no-web", action="store_true", help="start no web server")
        parser.add_argument("--reset", action="store_true", help="remove all data first")
        parser.add_argument("--once", action="store_true", help="stop when everything is ready")
        parser.add_argument("--stop", action="store_true", help="stop this checkout's stack")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["stop"]:
            stopped = stop_running()
            self.stdout.write("Stopped." if stopped else "Nothing was running in this checkout.")
            return
        parts = {"workers": not options["no_workers"], "web": not options["no_web"]}
        with running_stack(reset=options["reset"], say=self.say, **parts) as stack:
            if options["once"]:
                return
            self.say("Ready. Press Ctrl-C to stop.")
            stack.wait()

    def say(self, line: str) -> None:
        """Write a line at once, so that progress is seen through a pipe too."""
        self.stdout.write(line)
        self.stdout.flush()
