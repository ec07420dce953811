"""Running a backtest over a file and keeping what came of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from collateral.domain.portfolio import ColumnMapping, read_table
from collateral.services.mappings import file_content
from oracles.domain.canonical import canonical_json
from oracles.models import Backtest
from oracles.sales import backtest as trials
from oracles.sales.chart import draw
from oracles.sales.model import MODEL
from oracles.sales.records import SalesFile, read_sales

BPS = 10_000


@dataclass(frozen=True)
class BacktestReport:
    """What was read, what came of it, and the chart as PNG."""

    file: SalesFile
    found: trials.Backtest
    stored: Backtest
    chart: bytes


def run_backtest(
    *, path: Path, mapping: ColumnMapping, as_of: date, ignored: Iterable[str] = ()
) -> BacktestReport:
    """Test the statistical source on a file of sales and store the run; refuses by FileRefused."""
    content = file_content(path)
    left_out = sorted(set(ignored))
    table = read_table(content, skip_lines=mapping.skip_lines)
    file = read_sales(table=table, mapping=mapping, as_of=as_of, ignored=left_out)
    found = trials.backtest(file)
    chart = draw(found, title=f"{file.asset_class.label}: {path.name}")
    columns = mapping_text(mapping, left_out)
    stored = _store(path, content, columns=columns, file=file, found=found, chart=chart)
    return BacktestReport(file, found, stored, chart)


def mapping_text(mapping: ColumnMapping, ignored: Iterable[str] = ()) -> str:
    """Return which columns are read, as ``--map`` writes it."""
    return ",".join(
        f"{name}={'|'.join(source.columns)}{':' if source.unit else ''}{source.unit}"
        for name, source in mapping.sources.items()
        if name not in ignored
    )


def data_hash(content: bytes, columns: str) -> str:
    """Return the hash of all that a model learns from: the file and how it is read."""
    read = canonical_json({"file": hashlib.sha256(content).hexdigest(), "map": columns})
    return hashlib.sha256(read).hexdigest()


def _store(
    path: Path,
    content: bytes,
    *,
    columns: str,
    file: SalesFile,
    found: trials.Backtest,
    chart: bytes,
) -> Backtest:
    figures = found.figures
    stored, _ = Backtest.objects.update_or_create(
        data_hash=data_hash(content, columns),
        defaults={
            "class_id": file.asset_class.id,
            "file_name": path.name[:200],
            "mapping": columns,
            "model": MODEL,
            "rule": found.rule,
            "rows": figures.rows,
            "mdape_bps": round(figures.mdape * BPS),
            "p90_bps": round(figures.p90 * BPS),
            "baseline_mdape_bps": round(figures.baseline_mdape * BPS),
            "coverage_bps": round(figures.coverage * BPS),
            "bound_share_bps": round(figures.bound_share * BPS),
            "chart": chart,
        },
    )
    return stored
