"""The main job: its steps in order, each finished once, the whole repeatable."""

import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from collateral.services.mappings import PORTFOLIO_DIR
from config.demo import report
from config.demo.actors import Cast
from config.demo.clock import Clock
from config.demo.figures import Figures, collect
from config.demo.progress import Progress
from config.demo.stage import Stage
from config.demo.steps import assets, closing, encore, lending, pool, setting, shock, values
from contracts.access import SpeedUp
from contracts.client import connect

PROGRESS_FILE = "demo.json"
REPORT_FILE = "report.json"
RECORDS_PER_OWNER = 3
MOST_OWNERS = 420
Step = tuple[str, Callable[[Stage], None]]

STEPS: tuple[Step, ...] = (
    ("Fund the actors, bond the verifiers", setting.set_the_stage),
    ("Register the portfolio", assets.import_files),
    ("Attest: every verifier signs with its own wallet", assets.give_and_attest),
    ("Mint", assets.mint),
    ("First valuation round, signed 5 of 7", values.first_round),
    ("Lenders deposit; the pool's first closes give the lanes cash", pool.open_pool),
    ("Lend against single assets and baskets", lending.open_loans),
    ("First instalments; one borrower misses", lending.first_month),
    ("Prices fall", shock.prices_fall),
    ("Some borrowers cure", shock.cure),
    ("Auctions: bidders buy at the clock's price", shock.auctions),
    ("Remaining instalments", closing.remaining_months),
    ("Full repayment, collateral returned", closing.repay_all),
    ("Lenders' last close", closing.last_close),
)


def run(*, portfolio: Path | None, say: Callable[[str], None]) -> Figures:
    """Run what is left of the main job, reconcile, and return its figures."""
    folder = portfolio or PORTFOLIO_DIR
    progress = Progress.load(path=Path(settings.DATA_ROOT) / PROGRESS_FILE, portfolio=str(folder))
    stage = _stage(progress, say)
    for name, step in STEPS:
        if name in progress.done:
            continue
        begun = time.monotonic()
        say(f"• {name}")
        step(stage)
        progress.finish(name)
        say(f"  done ({time.monotonic() - begun:.1f} s)")
    figures = collect(stage.chain, _speedup(progress))
    report.write_json(figures, Path(settings.DATA_ROOT) / REPORT_FILE)
    return figures


def leave_work() -> None:
    """Leave something on the verifiers' desk for whoever looks at the portal now."""
    encore.leave_work(Cast(mnemonic=settings.RELAYER_MNEMONIC, owners=2))


def _speedup(progress: Progress) -> SpeedUp | None:
    traced = progress.facts.get("speedup")
    return SpeedUp(**traced) if traced else None


def _stage(progress: Progress, say: Callable[[str], None]) -> Stage:
    chain = connect(settings.RPC_URL)
    folder = Path(progress.portfolio)
    if not progress.started_at:
        progress.started_at = chain.head().timestamp
        records = assets.portfolio_size(folder)
        progress.facts["owners"] = min(MOST_OWNERS, records // RECORDS_PER_OWNER + 1)
        progress.save()
    cast = Cast(mnemonic=settings.RELAYER_MNEMONIC, owners=int(progress.facts["owners"]))
    return Stage(
        chain=chain,
        clock=Clock(chain),
        cast=cast,
        progress=progress,
        portfolio=folder,
        say=say,
    )
