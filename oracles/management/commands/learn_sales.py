"""Learn from a file of sales, and let the model speak of every asset of the class."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from collateral.domain.portfolio import FileRefused
from oracles.management.sales import SalesCommand
from oracles.services.learning import learn_sales
from settlement.errors import SettlementError
from settlement.selectors import chain_time


class Command(SalesCommand):
    """What it says is one source among others; `manage.py backtest` tells how good it is."""

    help = "Learn prices from a file of sales and record the model's value of each asset."

    def handle(self, *, csv: Path, class_code: str | None, **options: Any) -> None:
        try:
            learnt = learn_sales(
                path=csv,
                mapping=self.mapping(csv, class_code, options),
                ignored=self.ignored(options),
                now=chain_time(),
            )
        except (FileRefused, SettlementError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Learnt from {learnt.sales} sales ({learnt.data_hash[:16]}…): values of "
            f"{learnt.assets} assets, {learnt.report.accepted} accepted, "
            f"{learnt.report.repeated} known already, {len(learnt.report.refused)} refused."
        )
        for refusal in learnt.report.refused[:5]:
            self.stdout.write(f"  {refusal.code}: {refusal.message}")
