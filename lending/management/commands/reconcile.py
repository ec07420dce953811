"""Compare every balance and every loan with the chain's: `manage.py reconcile [--json]`."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contracts.errors import ChainError, ChainRejected
from lending.services import reconcile
from lending.services.reconciliation import Reconciliation


class Command(BaseCommand):
    help = "Compare every balance, loan, lane and owner in the database with the chain's."
    stack_needs = frozenset({"postgres", "chain"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            found = reconcile()
        except ChainRejected as error:
            raise CommandError(
                f"{error} It may have forgotten the state of the block up to which events were "
                "read: let the workers read on (make stack), then compare again."
            ) from error
        except ChainError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), indent=1))
        else:
            self._print(found)
        if found.differences:
            raise SystemExit(1)

    def _print(self, found: Reconciliation) -> None:
        for sentence in found.differences:
            self.stdout.write(sentence)
        self.stdout.write(
            f"{found.checked} values compared at block {found.block_number}. "
            f"differences: {len(found.differences)}"
        )
