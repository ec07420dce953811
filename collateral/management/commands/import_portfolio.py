"""Register the rows of a CSV file as assets, or say in one sentence why not."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collateral.domain.classes import CLASSES, AssetClass
from collateral.errors import REFUSALS
from collateral.services.importing import ImportReport, import_portfolio
from collateral.services.mappings import class_said, mapping_given

MAX_LISTED = 20


class Command(BaseCommand):
    """One file is one transaction: a refused file leaves nothing behind."""

    help = "Register the rows of a CSV file as assets of a class."
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        classes = [one.code for one in CLASSES]
        parser.add_argument("file", nargs="?", type=Path, help="CSV file in UTF-8")
        parser.add_argument("--class", dest="class_code", choices=classes, help="asset class")
        parser.add_argument("--map", help="our field=their column[:unit], separated by commas")
        parser.add_argument("--mapping", help="name of a ready mapping instead of --map")
        parser.add_argument("--fields", action="store_true", help="list the fields of --class")
        parser.add_argument("--publisher", default="", help="who published the file")
        parser.add_argument("--decimal", default="", help="decimal mark of the file, . or ,")
        parser.add_argument("--skip", type=int, default=0, help="lines to skip below the header")
        parser.add_argument(
            "--owner", action="append", default=[], help="wallet that owns the rows; repeatable"
        )
        parser.add_argument("--draft", action="store_true", help="do not hand to the verifiers")
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *, file: Path | None, class_code: str | None, **options: Any) -> None:
        """Import, or list the fields of a class."""
        try:
            if options["fields"]:
                self._print_fields(class_said(class_code))
                return
            if file is None:
                raise CommandError("Name the CSV file, or use --fields --class to list fields.")
            report = import_portfolio(
                path=file,
                mapping=mapping_given(
                    file=file,
                    class_code=class_code,
                    text=options["map"],
                    name=options["mapping"],
                    publisher=options["publisher"],
                    decimal_mark=options["decimal"],
                    skip_lines=options["skip"],
                ),
                as_of=_today(),
                owner_addresses=options["owner"],
                submit=not options["draft"],
            )
        except REFUSALS as error:
            raise CommandError(str(error)) from error
        self._print_report(report, as_json=options["json"])
        if report.rows and len(report.refused) == report.rows:
            raise CommandError(f"No row of {report.file} could be taken; nothing was imported.")

    def _print_fields(self, asset_class: AssetClass) -> None:
        self.stdout.write(f"{asset_class.label}: fields for --map")
        for one in asset_class.fields:
            units = ", ".join(unit.code for unit in one.units)
            needed = ", required" if one.required else ""
            self.stdout.write(
                f"  {one.name:<18} {one.kind}{f' ({units})' if units else ''}{needed}: {one.help}"
            )
        if asset_class.schemes:
            self.stdout.write(f"Identified by, best first: {', '.join(asset_class.schemes)}")

    def _print_report(self, report: ImportReport, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report.as_dict()))
            return
        self.stdout.write(
            f"{report.file}: {report.rows} rows as {report.asset_class}: "
            f"{report.registered} registered, {report.unchanged} unchanged, "
            f"{len(report.refused)} refused."
        )
        notes = (
            (report.submitted, "handed to the verifiers"),
            (report.without_price, "without a price: registered by nameplate or income only"),
            (report.possible_duplicates, "share an address with another row: possible duplicates"),
        )
        for count, words in notes:
            if count:
                self.stdout.write(f"  {count} {words}")
        for refusal in report.refused[:MAX_LISTED]:
            self.stdout.write(f"  line {refusal.line}: {refusal.code}: {refusal.sentence}")
        if len(report.refused) > MAX_LISTED:
            rest = len(report.refused) - MAX_LISTED
            self.stdout.write(f"  and {rest} more refused rows; --json lists them all")


def _today() -> date:
    return datetime.now(tz=UTC).date()
