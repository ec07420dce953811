"""What commands that read a file of sales have in common: which file, and how it is read."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from collateral.domain.classes import CLASSES
from collateral.domain.portfolio import ColumnMapping
from collateral.services.mappings import mapping_given


class SalesCommand(BaseCommand):
    """A command on a CSV file of real sales."""

    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        classes = [one.code for one in CLASSES if not one.fungible]
        parser.add_argument("--class", dest="class_code", choices=classes, help="asset class")
        parser.add_argument("--csv", type=Path, required=True, help="CSV file of sales, UTF-8")
        parser.add_argument("--map", help="our field=their column[:unit], separated by commas")
        parser.add_argument("--mapping", help="name of a ready mapping instead of --map")
        parser.add_argument("--ignore", default="", help="fields not to look at, by commas")
        parser.add_argument("--decimal", default="", help="decimal mark of the file, . or ,")
        parser.add_argument("--skip", type=int, default=0, help="lines to skip below the header")

    def mapping(self, csv: Path, class_code: str | None, options: dict[str, Any]) -> ColumnMapping:
        """Return how the file is read; refuses by FileRefused."""
        return mapping_given(
            file=csv,
            class_code=class_code,
            text=options["map"],
            name=options["mapping"],
            decimal_mark=options["decimal"],
            skip_lines=options["skip"],
        )

    def ignored(self, options: dict[str, Any]) -> list[str]:
        """Return the fields that are not to be looked at."""
        return [one.strip() for one in options["ignore"].split(",") if one.strip()]
