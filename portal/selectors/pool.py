"""The pool page: what lenders earn and risk, and when they can leave."""

from dataclasses import dataclass

from lending.models import PoolEpoch, PoolState
from lending.selectors import loss_by_tranche
from portal.domain.charts.band import BandChart, Sample, band_chart
from portal.domain.formatting import distance, moment, percent, ratio_bps, usd
from portal.selectors.pipeline import read_stamp
from portal.selectors.rows import Figure, TrancheRow
from portal.selectors.stamp import Stamp

EPOCHS_SHOWN = 120
LEAVING = (
    "A request to leave cannot be taken back. It is priced at the first close that comes at least "
    "one whole epoch after it, and paid then. When the cash does not reach for everyone, all are "
    "paid the same share, and the rest waits for the next close. Junior can leave only as far as "
    "enough of it stays to protect senior."
)
_GAP = 0.6


@dataclass(frozen=True, kw_only=True)
class PoolNow:
    """The pool since its last close; ledger units."""

    value: int
    cash: int
    reserve: int
    utilisation_bps: int
    tranches: list[TrancheRow]
    epoch: int
    closed_at: int


@dataclass(frozen=True, kw_only=True)
class PoolPage:
    """Everything on the pool page."""

    stamp: Stamp
    figures: list[Figure]
    tranches: list[TrancheRow]
    chart: BandChart | None
    leaving: str


def pool_now() -> PoolNow:
    """Return the pool's tranches and losses, four queries."""
    state = PoolState.objects.first() or PoolState()
    senior, junior = loss_by_tranche()
    newest = PoolEpoch.objects.order_by("-number").first()
    return PoolNow(
        value=state.senior_value + state.junior_value,
        cash=state.cash,
        reserve=state.reserve,
        utilisation_bps=newest.utilisation_bps if newest else 0,
        tranches=_tranches(state, senior.loss, junior.loss),
        epoch=state.epoch,
        closed_at=newest.closed_at if newest else 0,
    )


def pool_page() -> PoolPage:
    """Gather the pool page."""
    stamp, now = read_stamp(), pool_now()
    return PoolPage(
        stamp=stamp,
        figures=_figures(now, stamp),
        tranches=now.tranches,
        chart=_chart(),
        leaving=LEAVING,
    )


def _tranches(state: PoolState, senior_loss: int, junior_loss: int) -> list[TrancheRow]:
    total = state.senior_value + state.junior_value
    if not total:
        return []
    senior_bps = ratio_bps(state.senior_value, total)
    edge = senior_bps / 100
    return [
        TrancheRow(
            name="Senior",
            value=state.senior_value,
            share_bps=senior_bps,
            start_at=0.0,
            length=max(edge - _GAP / 2, 0.0),
            loss=senior_loss,
            words="Earns a fixed rate and is paid first.",
        ),
        TrancheRow(
            name="Junior",
            value=state.junior_value,
            share_bps=10_000 - senior_bps,
            start_at=min(edge + _GAP / 2, 100.0),
            length=max(100 - edge - _GAP / 2, 0.0),
            loss=junior_loss,
            words="Earns what is left and takes losses first.",
        ),
    ]


def _figures(now: PoolNow, stamp: Stamp) -> list[Figure]:
    closed = "no close yet"
    if now.closed_at:
        closed = f"{distance(now.closed_at, stamp.chain_time)}, {moment(now.closed_at)}"
    return [
        Figure(label="Value of the pool", value=usd(now.value), note="as of the last close"),
        Figure(label="Lent out", value=percent(now.utilisation_bps), note="of the pool"),
        Figure(label="Cash at hand", value=usd(now.cash), note=f"and {usd(now.reserve)} reserve"),
        Figure(label="Epoch", value=f"{now.epoch:,}", note=f"last close: {closed}"),
    ]


def _chart() -> BandChart | None:
    epochs = PoolEpoch.objects.order_by("-number")[:EPOCHS_SHOWN]
    samples = [Sample(at=one.closed_at, value=one.nav, lower=one.senior_value) for one in epochs]
    return band_chart(samples)
