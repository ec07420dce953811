"""Record what an appraiser says, from a CSV file; each row counts or is refused by itself."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oracles.models import Source
from oracles.services import record_observations
from oracles.sources.documents import observations, rows_of_csv
from oracles.sources.errors import SourceFailed
from settlement.errors import SettlementError
from settlement.selectors import chain_time

MOST_SHOWN = 20
_HEADER_LINES = 2


class Command(BaseCommand):
    """The way in for sources that send files."""

    help = "Record observations from a CSV file under a source's name."
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", required=True, help="slug of the source")
        parser.add_argument("--csv", type=Path, required=True, help="the file")
        parser.add_argument("--kind", default="appraisal", help="where the file has no such column")
        parser.add_argument("--unit", default="usd", help="where the file has no such column")
        parser.add_argument("--scale", type=int, default=0, help="decimals, likewise")
        parser.add_argument("--currency", default="USD", help="ISO code, likewise")

    def handle(self, *, source: str, csv: Path, **options: Any) -> None:
        if not Source.objects.filter(slug=source).exists():
            raise CommandError(f"There is no source {source!r}. Add it in the admin first.")
        try:
            content = csv.read_bytes()
            rows = rows_of_csv(content)
            now = chain_time()
        except OSError as error:
            raise CommandError(f"{csv} cannot be read: {error.strerror}.") from None
        except (SourceFailed, SettlementError) as error:
            raise CommandError(str(error)) from None
        defaults = {name: options[name] for name in ("kind", "unit", "scale", "currency")}
        said = observations(rows, source=source, defaults=defaults, raw=content)
        report = record_observations(observations=said, now=now)
        for one in report.refused[:MOST_SHOWN]:
            line = one.position + _HEADER_LINES
            self.stderr.write(f"Line {line}: {one.message} ({one.code})")
        self.stdout.write(
            f"{report.accepted} accepted, {report.repeated} known, {len(report.refused)} refused."
        )
