"""The demo's report: in words for people, in JSON for programs."""

import json
from collections.abc import Iterator
from pathlib import Path

from config.demo.figures import Auctioned, Figures

UNITS_PER_USD = 1_000_000
HOUR_S = 3_600
LOTS_SHOWN = 12
REASONS = {0: "below the health limit", 1: "instalment missed beyond grace", 2: "attestation lost"}


def usd(units: int) -> str:
    """Return ledger units as whole dollars, rounded to the nearest."""
    return f"${(units + UNITS_PER_USD // 2) // UNITS_PER_USD:,}"


def as_json(figures: Figures) -> dict[str, int]:
    """Return the counts that programs read."""
    return {
        "assets_registered": figures.assets_registered,
        "assets_minted": figures.assets_minted,
        "assets_valued": figures.assets_valued,
        "loans": figures.loans,
        "operations_settled": figures.operations_settled,
        "lanes": figures.lanes,
        "auctions": figures.auctions,
        "cures": figures.cures,
        "closes": figures.closes,
        "differences": len(figures.differences),
    }


def write_json(figures: Figures, path: Path) -> None:
    """Write the counts beside the data."""
    path.write_text(json.dumps(as_json(figures), indent=1) + "\n")


def problems(figures: Figures) -> list[str]:
    """Return a sentence for every check of the main job that did not hold."""
    checks = {
        "Every attested asset was to be minted": (
            figures.assets_minted > 0
            and figures.assets_minted + figures.assets_waiting == figures.assets_registered
        ),
        "Values were to be published": figures.assets_valued > 0,
        "Loans were to be opened": figures.loans > 0,
        "Instalments were to be collected in batches": figures.operations_settled > 0,
        "No operation was to fail": figures.operations_failed == 0,
        "A called loan was to be cured": figures.cures > 0,
        "An asset was to be sold at auction": any(not lot.to_reserve for lot in figures.lots),
        "Collateral was to be returned after full repayment": figures.closes > 0,
        "The database was to agree with the chain": not figures.differences,
    }
    return [f"{check}: it did not hold." for check, held in checks.items() if not held]


def lines(figures: Figures) -> Iterator[str]:
    """Return the report line by line."""
    yield from _assets(figures)
    yield from _loans(figures)
    yield from _settlement(figures)
    yield from _shock(figures)
    yield from _auctions(figures)
    yield from _money(figures)
    yield ""
    yield f"differences: {len(figures.differences)}"
    yield from (f"  {difference}" for difference in figures.differences[:20])
    yield f"  ({figures.balances_checked:,} loans, lanes, balances and owners compared)"


def _assets(figures: Figures) -> Iterator[str]:
    unvalued = figures.assets_minted - figures.assets_valued
    yield "ASSETS"
    yield f"  registered {figures.assets_registered:,}, attestations {figures.assets_attested:,}"
    yield f"  minted {figures.assets_minted:,}, of which {unvalued:,} without a value"
    yield f"  valued {figures.assets_valued:,} in each of the last of {figures.rounds} rounds"
    for label, count, units in figures.values:
        yield f"    {label:<28}{count:>7,}{usd(units):>18}"


def _loans(figures: Figures) -> Iterator[str]:
    yield ""
    yield "LOANS"
    yield f"  opened {figures.loans:,}, drawn {usd(figures.drawn)}"
    yield f"  repaid and collateral returned {figures.closes:,}"


def _settlement(figures: Figures) -> Iterator[str]:
    done = max(figures.operations_settled, 1)
    yield ""
    yield "SETTLEMENT"
    yield (
        f"  operations settled {figures.operations_settled:,}, failed {figures.operations_failed}"
        f" in {figures.batches} batches over {figures.lanes} lanes"
    )
    yield f"  gas per operation {figures.settle_gas // done:,}"
    if figures.speedup is not None:
        ideal = figures.speedup.total_gas / max(figures.speedup.critical_path_gas, 1)
        yield f"  traced ideal speed-up of the busiest collecting blocks {ideal:.1f}"
        yield "  worst case, all in one lane 1.0"


def _shock(figures: Figures) -> Iterator[str]:
    yield ""
    yield "SHOCK"
    for reason, count in sorted(figures.calls.items()):
        yield f"  margin calls, {REASONS[reason]}: {count}"
    yield f"  cured {figures.cures}, auctioned {figures.auctions}"


def _auctions(figures: Figures) -> Iterator[str]:
    yield ""
    yield "AUCTIONS (price path: start, what was paid and when, floor)"
    for lot in figures.lots[:LOTS_SHOWN]:
        yield f"  {_path(lot)}"
    if len(figures.lots) > LOTS_SHOWN:
        yield f"  and {len(figures.lots) - LOTS_SHOWN} more lots"


def _path(lot: Auctioned) -> str:
    loan = f"{lot.loan_id >> 40}-{lot.loan_id & (1 << 40) - 1}"
    what = "restaking tokens, each" if lot.token_id == 0 else "asset"
    buyer = "the reserve" if lot.to_reserve else "a bidder"
    return (
        f"loan {loan:<6} {what}: {usd(lot.start)} → {usd(lot.price)} by {buyer} after"
        f" {lot.elapsed_s / HOUR_S:.0f} h (floor {usd(lot.floor)})"
    )


def _money(figures: Figures) -> Iterator[str]:
    recovered = figures.proceeds - figures.surplus
    yield ""
    yield "RECOVERY"
    yield f"  sold for {usd(figures.proceeds)}: {usd(recovered)} to debts"
    yield f"  surplus to borrowers {usd(figures.surplus)}, losses {usd(figures.losses)}"
    yield (
        f"  loss by tranche: junior {usd(figures.junior_loss)}, senior {usd(figures.senior_loss)}"
    )
    yield (
        f"  while called, loans had been written down by {usd(figures.written_down)}; "
        "sales and cures brought back the rest"
    )
