"""The home page: what this is, and whether it is healthy now."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, When

from collateral.models import Asset, AssetStatus
from lending.models import AuctionLot, Loan, LotStatus
from portal.domain.charts.bars import Bar
from portal.domain.formatting import counted, percent, usd, usd_short
from portal.domain.states import CALLED, IN_AUCTION, STEADY, WATCH, State
from portal.domain.things import joined
from portal.selectors.book import RUNNING, loan_rows
from portal.selectors.lots import lot_cards
from portal.selectors.pipeline import Pipeline, pipeline, read_stamp
from portal.selectors.pool import PoolNow, pool_now
from portal.selectors.rows import Figure, LoanRow, LotCard, TrancheRow
from portal.selectors.stamp import Stamp
from portal.selectors.worth import class_values

LOANS_SHOWN = 12
LOTS_SHOWN = 6
_ATTESTED = (
    AssetStatus.VERIFIED,
    AssetStatus.MINTING,
    AssetStatus.MINTED,
    AssetStatus.PLEDGED,
    AssetStatus.FROZEN,
    AssetStatus.REVOKED,
    AssetStatus.MINT_FAILED,
)
_MINTED = (AssetStatus.MINTED, AssetStatus.PLEDGED, AssetStatus.FROZEN, AssetStatus.REVOKED)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to "is it healthy now": a state and a sentence."""

    state: State
    sentence: str


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """Everything on the home page."""

    stamp: Stamp
    verdict: Verdict
    figures: list[Figure]
    value_bars: list[Bar]
    value_caption: str
    tranches: list[TrancheRow]
    loans: list[LoanRow]
    loans_total: int
    lots: list[LotCard]
    pipeline: Pipeline


def home_page() -> HomePage:
    """Gather the home page, in a fixed number of queries."""
    stamp = read_stamp()
    values = class_values()
    pool = pool_now()
    rows = loan_rows(Loan.objects.filter(status__in=RUNNING), now=stamp.chain_time)
    lots = lot_cards(_lots(), now=stamp.chain_time)
    return HomePage(
        stamp=stamp,
        verdict=verdict(rows),
        figures=[*_asset_figures(), *_money_figures(rows, pool)],
        value_bars=values.bars,
        value_caption=values.caption,
        tranches=pool.tranches,
        loans=rows[:LOANS_SHOWN],
        loans_total=len(rows),
        lots=lots,
        pipeline=pipeline(stamp),
    )


def verdict(rows: Sequence[LoanRow]) -> Verdict:
    """Return how the open loans stand together."""
    if not rows:
        return Verdict(state=STEADY, sentence="Nothing is lent at the moment: no loan is open.")
    keys = [row.state.key for row in rows]
    words = ((STEADY, "steady"), (WATCH, "on watch"), (CALLED, "called"))
    parts = [f"{keys.count(state.key):,} {word}" for state, word in words if state.key in keys]
    debt, value = sum(row.debt for row in rows), sum(row.value for row in rows)
    verb = "is" if len(rows) == 1 else "are"
    return Verdict(
        state=_overall(keys),
        sentence=(
            f"{counted(len(rows), 'loan')} {verb} open: {joined(parts)}. "
            f"{usd(debt)} is owed against {usd(value)} of collateral."
        ),
    )


def _overall(keys: Sequence[str]) -> State:
    if "called" in keys:
        return State("called", CALLED.shape, "Loans called")
    return WATCH if "watch" in keys else STEADY


def _lots() -> list[AuctionLot]:
    """Return the newest lots, those for sale first."""
    ended = Case(When(status=LotStatus.RUNNING, then=0), default=1)
    shown = AuctionLot.objects.exclude(status=LotStatus.WITHDRAWN).select_related("loan")
    return list(shown.order_by(ended, "-id")[:LOTS_SHOWN])


def _asset_figures() -> list[Figure]:
    counts = dict(Asset.objects.order_by().values_list("status").annotate(number=Count("id")))
    attested = sum(counts.get(status, 0) for status in _ATTESTED)
    minted = sum(counts.get(status, 0) for status in _MINTED)
    return [
        Figure(label="Registered", value=f"{sum(counts.values()):,}", note="assets"),
        Figure(label="Attested", value=f"{attested:,}", note="by every role"),
        Figure(label="Minted", value=f"{minted:,}", note="one token each"),
    ]


def _money_figures(rows: Sequence[LoanRow], pool: PoolNow) -> list[Figure]:
    running = sum(row.state == IN_AUCTION for row in rows)
    lent = percent(pool.utilisation_bps)
    return [
        Figure(
            label="Owed by borrowers",
            value=usd_short(sum(row.debt for row in rows)),
            note=f"in {counted(len(rows), 'open loan')}",
        ),
        Figure(label="Pool", value=usd_short(pool.value), note=f"{lent} lent"),
        Figure(label="Auctions", value=f"{running:,}", note="running now"),
    ]
