"""Learn from a file of sales, and let the model speak of every asset of the class."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collateral.domain.classes import CLASSES
from collateral.domain.portfolio import FileRefused
from collateral.services.mappings import mapping_given
from oracles.services.learning import learn_sales
from settlement.errors import SettlementError
from settlement.selectors import chain_time


class Command(BaseCommand):
    """What it says is one source among others; `manage.py backtest` tells how good it is."""

    help = "Learn prices from a file of sales and record the model's value of each asset."
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        classes = [one.code for one in CLASSES if not one.fungible]
        parser.add_argument("--class", dest="class_code", choices=classes, help="asset class")
        parser.add_argument("--csv", type=Path, required=True, help="CSV file of sales, UTF-8")
        parser.add_argument("--map", help="our field=their column[:unit], separated by commas")
        parser.add_argument("--mapping", help="name of a ready mapping instead of --map")
        parser.add_argument("--decimal", default="", help="decimal mark of the file, . or ,")
        parser.add_argument("--skip", type=int, default=0, help="lines to skip below the header")

    def handle(self, *, csv: Path, class_code: str | None, **options: Any) -> None:
        try:
            mapping = mapping_given(
                file=csv,
                class_code=class_code,
                text=options["map"],
                name=options["mapping"],
                decimal_mark=options["decimal"],
                skip_lines=options["skip"],
            )
            learnt = learn_sales(path=csv, mapping=mapping, now=chain_time())
        except (FileRefused, SettlementError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Learnt from {learnt.sales} sales ({learnt.data_hash[:16]}…): values of "
            f"{learnt.assets} assets, {learnt.report.accepted} accepted, "
            f"{learnt.report.repeated} known already, {len(learnt.report.refused)} refused."
        )
        for refusal in learnt.report.refused[:5]:
            self.stdout.write(f"  {refusal.code}: {refusal.message}")
