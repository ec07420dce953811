"""Replay a file of real sales and say how well they would have been valued."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from collateral.domain.portfolio import FileRefused
from oracles.management.sales import SalesCommand
from oracles.services.backtesting import BacktestReport, run_backtest

_LISTED = 5


class Command(SalesCommand):
    """Each sale is valued by a model that has not seen it."""

    help = "Replay a file of real sales: errors, coverage of the lower bound, naive baseline."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--chart", type=Path, help="where to write the chart, a PNG file")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, csv: Path, class_code: str | None, **options: Any) -> None:
        try:
            report = run_backtest(
                path=csv,
                mapping=self.mapping(csv, class_code, options),
                as_of=datetime.now(tz=UTC).date(),
                ignored=self.ignored(options),
            )
            chart = _write_chart(options["chart"], report)
        except (FileRefused, OSError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report.found.figures)))
        else:
            self._print(report, chart)

    def _print(self, report: BacktestReport, chart: Path) -> None:
        file, figures = report.file, report.found.figures
        ratio = figures.mdape / figures.baseline_mdape if figures.baseline_mdape else 0
        self.stdout.write(
            f"{report.stored.file_name}: {len(file.sales)} sales of class {file.asset_class.code}, "
            f"{len(file.refused)} rows refused, {file.unreadable_cells} single cells unreadable.\n"
            f"Facts: {', '.join(file.fields())}.\n"
            f"Split {report.found.rule}.\n"
            f"  sales tested                {figures.rows:>10,}\n"
            f"  median error                {figures.mdape:>10.1%}\n"
            f"  90th percentile of errors   {figures.p90:>10.1%}\n"
            f"  median error, naive         {figures.baseline_mdape:>10.1%}"
            f"   (median of its group; ours is {ratio:.2f} of it)\n"
            f"  sales at or above the bound {figures.coverage:>10.1%}\n"
            f"  bound, share of value       {figures.bound_share:>10.1%}   (median)\n"
            f"Chart: {chart}"
        )
        for refusal in file.refused[:_LISTED]:
            self.stdout.write(f"  line {refusal.line}: {refusal.code}: {refusal.sentence}")
        if len(file.refused) > _LISTED:
            self.stdout.write(f"  and {len(file.refused) - _LISTED} more refused rows")


def _write_chart(path: Path | None, report: BacktestReport) -> Path:
    name = f"{report.file.asset_class.code}-{report.stored.data_hash[:12]}.png"
    target = path or settings.DATA_ROOT / "backtests" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(report.chart)
    return target
