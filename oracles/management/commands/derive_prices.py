"""Record what older prices say of today: by depreciation, and by a house price index."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oracles.domain.errors import OracleError
from oracles.domain.price_index import read_index
from oracles.services.deriving import derive_depreciated, derive_indexed
from oracles.services.observations import RecordReport
from settlement.errors import SettlementError
from settlement.selectors import chain_time


class Command(BaseCommand):
    """Safe to repeat: a month has one depreciated price, a quarter one indexed price."""

    help = "Derive prices of assets by depreciation and, with --index, by a house price index."
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--index", type=Path, help="CSV lines of state,year,quarter,level, as FHFA publishes"
        )

    def handle(self, *, index: Path | None, **options: Any) -> None:
        try:
            now = chain_time()
            found = None if index is None else read_index(index.read_bytes().decode("utf-8-sig"))
            self._print("By depreciation", derive_depreciated(now=now))
            if found is not None:
                self._print("By index", derive_indexed(index=found, now=now))
        except UnicodeDecodeError:
            raise CommandError(f"{index} is not UTF-8 text; save it as UTF-8.") from None
        except (OracleError, SettlementError, OSError) as error:
            raise CommandError(str(error)) from None

    def _print(self, what: str, report: RecordReport) -> None:
        self.stdout.write(
            f"{what}: {report.accepted} recorded, {report.repeated} known already, "
            f"{len(report.refused)} refused."
        )
        for refusal in report.refused[:5]:
            self.stdout.write(f"  {refusal.code}: {refusal.message}")
