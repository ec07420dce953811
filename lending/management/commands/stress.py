"""Drive a portfolio through a path of prices and say what it costs, tranche by tranche."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from collateral.errors import REFUSALS
from lending.domain.errors import LendingRefused
from lending.domain.stress import Behaviour, Book, Outcome, run
from lending.domain.stress.simulation import PoolTerms
from lending.services.stressing import store_stress_run
from lending.stress.books import database_book, genesis_pool, own_book, portfolio_book
from lending.stress.chart import draw
from lending.stress.scenarios import Scenario, load_scenario, scenario_names
from settlement.errors import SettlementError
from settlement.selectors import chain_time

BPS, HOUR_S = 10_000, 3_600
_RANGES = {
    "draw": (1, BPS),
    "bid": (1, BPS),
    "cures": (0, BPS),
    "defaults": (0, BPS),
    "every": (1, 744),
}
_OWN, _DATABASE = "own", "database"


class Command(BaseCommand):
    """Prices are under stress; borrowers pay their instalments unless told otherwise."""

    help = "Drive a portfolio through a scenario: margin calls, liquidations, recovery, losses."
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = ", ".join(scenario_names())
        parser.add_argument("--scenario", required=True, help=f"{names}, or a CSV file of paths")
        parser.add_argument(
            "--portfolio",
            default=_OWN,
            help="own (the project's), database (its open loans), or a portfolio file or directory",
        )
        parser.add_argument(
            "--draw", type=int, default=BPS, help="new loans, bps of what may be drawn (10000)"
        )
        parser.add_argument(
            "--bid", type=int, help="best bid at auctions, bps of market value (by scenario)"
        )
        parser.add_argument(
            "--cures", type=int, default=0, help="called borrowers who cure, bps of one (0)"
        )
        parser.add_argument(
            "--defaults", type=int, default=0, help="borrowers who never pay, bps of all (0)"
        )
        parser.add_argument("--every", type=int, help="hours between rounds (by scenario)")
        parser.add_argument("--chart", type=Path, help="where to write the chart, a PNG file")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, scenario: str, portfolio: str, **options: Any) -> None:
        _check(options)
        try:
            chosen = load_scenario(scenario)
            book = _book(portfolio, draw_bps=options["draw"])
            found = _run(book, chosen, options)
            title = f"{chosen.name}: {len(book.loans):,} loans of {portfolio}"
            picture = draw(found, title=title)
            chart = _write_chart(options["chart"], chosen, picture)
            store_stress_run(
                scenario=chosen,
                portfolio=portfolio,
                options={name: options[name] for name in _RANGES},
                found=found,
                chart=picture,
            )
        except (*REFUSALS, LendingRefused, SettlementError, OSError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(_document(chosen, found)))
        else:
            self._print(chosen, found, chart)

    def _print(self, scenario: Scenario, found: Outcome, chart: Path) -> None:
        for remark in scenario.paths.remarks:
            self.stdout.write(remark)
        tally, recovery = found.tally, found.recovery_bps
        span = found.moments[-1].at // 86_400
        rows = (
            ("classes whose prices move", ", ".join(scenario.paths.classes())),
            ("loans, debt at the start", f"{found.loans:,}, {_dollars(found.debt)}"),
            ("days, rounds", f"{span:,}, {len(found.moments):,}"),
            ("margin calls", f"{tally.calls:,}"),
            ("cured", f"{tally.cures:,}"),
            ("loans sold up", f"{tally.liquidations:,}"),
            ("lots sold, to the reserve", f"{tally.lots_sold:,}, {tally.lots_to_reserve:,}"),
            ("proceeds", _dollars(tally.proceeds)),
            ("surplus to borrowers", _dollars(tally.surplus)),
            ("recovery", "—" if recovery is None else f"{recovery / 100:.1f} %"),
            ("written off", _dollars(tally.written_off)),
            ("loss of junior", _dollars(found.junior_loss)),
            ("loss of senior", _dollars(found.senior_loss)),
            ("loss of the reserve", _dollars(max(0, tally.reserve_paid - tally.reserve_worth))),
        )
        for label, value in rows:
            self.stdout.write(f"  {label:<28}{value}")
        self.stdout.write(f"Chart: {chart}")


def _check(options: dict[str, Any]) -> None:
    for name, (least, most) in _RANGES.items():
        if options[name] is not None and not least <= options[name] <= most:
            raise CommandError(f"--{name} is {options[name]}; it lies from {least} to {most}.")


def _book(portfolio: str, *, draw_bps: int) -> Book:
    if portfolio == _DATABASE:
        return database_book(now=chain_time())
    now = int(datetime.now(tz=UTC).timestamp())
    if portfolio == _OWN:
        return own_book(now=now, draw_bps=draw_bps)
    return portfolio_book(Path(portfolio), now=now, draw_bps=draw_bps)


def _run(book: Book, scenario: Scenario, options: dict[str, Any]) -> Outcome:
    pool, void_window_s = genesis_pool()
    return run(
        book=book,
        paths=scenario.paths,
        step_s=options["every"] * HOUR_S if options["every"] else scenario.step_s,
        behaviour=Behaviour(
            bid_bps=options["bid"] or scenario.bid_bps,
            cures_bps=options["cures"],
            defaults_bps=options["defaults"],
            void_window_s=void_window_s,
        ),
        terms=PoolTerms(
            senior_rate_bps=pool["senior_rate_bps"],
            subordination_bps=pool["min_subordination_bps"],
            buffer_bps=pool["liquidity_buffer_bps"],
        ),
    )


def _write_chart(path: Path | None, scenario: Scenario, picture: bytes) -> Path:
    target = path or settings.DATA_ROOT / "stress" / f"{scenario.name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(picture)
    return target


def _dollars(units: int) -> str:
    return f"${units / 10**6:,.2f}"


def _document(scenario: Scenario, found: Outcome) -> dict[str, Any]:
    """Return the report; amounts are ledger units (1e-6 USD) as strings."""
    tally = found.tally
    return {
        "scenario": scenario.name,
        "loans": found.loans,
        "rounds": len(found.moments),
        "debt": str(found.debt),
        "margin_calls": tally.calls,
        "cures": tally.cures,
        "liquidations": tally.liquidations,
        "lots_sold": tally.lots_sold,
        "lots_to_reserve": tally.lots_to_reserve,
        "proceeds": str(tally.proceeds),
        "surplus": str(tally.surplus),
        "recovery": None if found.recovery_bps is None else found.recovery_bps / BPS,
        "written_off": str(tally.written_off),
        "junior_loss": str(found.junior_loss),
        "senior_loss": str(found.senior_loss),
        "reserve_loss": str(max(0, tally.reserve_paid - tally.reserve_worth)),
    }
