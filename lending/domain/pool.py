"""The pool that lenders fund: NAV, waterfall, shares and the close of an epoch (P1 to P3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from lending.domain.lanes import LaneSums
from lending.domain.units import BPS, SCALE, ceil_div

# Shares and assets that nobody owns keep the price of a share out of anyone's hand.
VIRTUAL_SHARES = 1_000
VIRTUAL_ASSETS = 1
SENIOR, JUNIOR = 0, 1


@dataclass(frozen=True, kw_only=True)
class Tranches:
    """Both tranches, ledger units and shares; `senior_due` is senior without its losses."""

    senior: int = 0
    junior: int = 0
    senior_due: int = 0
    senior_shares: int = 0
    junior_shares: int = 0

    def value(self, tranche: int) -> int:
        """Return a tranche's value."""
        return self.senior if tranche == SENIOR else self.junior

    def shares(self, tranche: int) -> int:
        """Return a tranche's shares."""
        return self.senior_shares if tranche == SENIOR else self.junior_shares

    def changed(self, tranche: int, *, assets: int, shares: int) -> "Tranches":
        """Return the tranches after a fill; what senior is due moves in proportion."""
        if tranche == JUNIOR:
            return replace(
                self, junior=self.junior + assets, junior_shares=self.junior_shares + shares
            )
        value = self.senior + assets
        due = self.senior_due * value // self.senior if self.senior else value
        return replace(
            self, senior=value, senior_due=due, senior_shares=self.senior_shares + shares
        )


class FillKind(Enum):
    """What a close filled."""

    DEPOSIT = "deposit"
    REDEMPTION = "redemption"


@dataclass(frozen=True, kw_only=True)
class Fill:
    """What a close took of one tranche's requests; ledger units and shares, both positive."""

    tranche: int
    kind: FillKind
    assets: int
    shares: int


@dataclass(frozen=True, kw_only=True)
class Close:
    """The tranches after a close, with the losses it took from them."""

    tranches: Tranches
    senior_loss: int
    junior_loss: int


def nav(*, cash: int, lanes: Iterable[LaneSums], now: int) -> int:
    """Return the pool's worth at `now`, ledger units, rounded down once at the end (P3)."""
    return cash + max(0, sum(lane.worth_scaled(now) for lane in lanes)) // SCALE


def utilisation_bps(*, nav: int, lent: int) -> int:
    """Return the share of NAV that is lent, rounded down."""
    return 0 if nav == 0 else min(lent * BPS // nav, BPS)


def waterfall(*, before: Tranches, nav: int, senior_rate_bps: int, seconds: int) -> Close:
    """Give senior what it is due as far as NAV goes, junior the rest; losses junior first (P2).

    What a loss took stays due; a return that nobody earned or is left to give does not.
    """
    due = before.senior_due + before.senior_due * senior_rate_bps * seconds // SCALE
    if nav >= before.senior_due:
        due = min(due, nav)
    senior = min(due, nav)
    junior = nav - senior
    return Close(
        tranches=replace(before, senior=senior, junior=junior, senior_due=due),
        senior_loss=max(0, before.senior - senior),
        junior_loss=max(0, before.junior - junior),
    )


def close(
    *, before: Tranches, fills: Sequence[Fill], nav_after: int, senior_rate_bps: int, seconds: int
) -> Close:
    """Run a close: the waterfall on NAV before the fills, then the fills in order.

    `nav_after` is NAV when all is done: moving cash between pool and lanes does not change it.
    Shares of deposits are computed here; what a redemption burned is told by its fill.
    """
    moved = sum(fill.assets if fill.kind is FillKind.DEPOSIT else -fill.assets for fill in fills)
    done = waterfall(
        before=before, nav=nav_after - moved, senior_rate_bps=senior_rate_bps, seconds=seconds
    )
    for fill in fills:
        done = replace(done, tranches=_filled(done.tranches, fill))
    return done


@dataclass(frozen=True, kw_only=True)
class Requests:
    """What a close may fill, senior and junior: assets to deposit, shares to redeem."""

    deposits: tuple[int, int] = (0, 0)
    redemptions: tuple[int, int] = (0, 0)


def fill_requests(
    *, before: Tranches, requests: Requests, cash: int, min_subordination_bps: int
) -> tuple[Tranches, list[Fill]]:
    """Fill deposits, then redemptions as far as cash goes; return the tranches and the fills.

    The tranches are those that the waterfall left, `cash` is the pool's own.
    """
    tranches, fills = before, []
    for tranche, assets in enumerate(requests.deposits):
        fill = _deposit_fill(tranches, tranche, assets)
        if fill.shares and is_fairly_priced(tranches, tranche):
            tranches, cash = _filled(tranches, fill), cash + assets
            fills.append(fill)
    wishes = tuple(
        assets_for(shares_in=shares, value=tranches.value(one), shares=tranches.shares(one))
        for one, shares in enumerate(requests.redemptions)
    )
    paid = fillable(
        tranches=tranches,
        senior_wish=wishes[SENIOR],
        junior_wish=wishes[JUNIOR],
        cash=cash,
        min_subordination_bps=min_subordination_bps,
    )
    for tranche, assets in enumerate(paid):
        if assets:
            burned = ceil_div(requests.redemptions[tranche] * assets, wishes[tranche])
            fill = Fill(tranche=tranche, kind=FillKind.REDEMPTION, assets=assets, shares=burned)
            tranches = _filled(tranches, fill)
            fills.append(fill)
    return tranches, fills


def is_fairly_priced(tranches: Tranches, tranche: int) -> bool:
    """Return whether a deposit may buy now: the tranche is worth something, senior has its due."""
    if tranches.value(tranche) == 0 and tranches.shares(tranche):
        return False
    return tranches.senior == tranches.senior_due


def fillable(
    *, tranches: Tranches, senior_wish: int, junior_wish: int, cash: int, min_subordination_bps: int
) -> tuple[int, int]:
    """Return what cash pays of both wishes: pro rata, junior down to its minimum (P1, P2)."""

    def spare(senior_paid: int) -> int:
        least = minimum_junior(
            senior=tranches.senior - senior_paid, subordination_bps=min_subordination_bps
        )
        return max(0, tranches.junior - least)

    senior, junior = pro_rata(
        senior=senior_wish, junior=min(junior_wish, spare(senior_wish)), cash=cash
    )
    return senior, min(junior, spare(senior))


def minimum_junior(*, senior: int, subordination_bps: int) -> int:
    """Return the least junior value beside that senior value, rounded up."""
    return ceil_div(senior * subordination_bps, BPS - subordination_bps)


def pro_rata(*, senior: int, junior: int, cash: int) -> tuple[int, int]:
    """Split cash between two wishes, in proportion when it is short, rounded down (P1)."""
    total = senior + junior
    if total <= cash:
        return senior, junior
    return senior * cash // total, junior * cash // total


def _deposit_fill(tranches: Tranches, tranche: int, assets: int) -> Fill:
    value, shares = tranches.value(tranche), tranches.shares(tranche)
    minted = shares_for(assets=assets, value=value, shares=shares)
    return Fill(tranche=tranche, kind=FillKind.DEPOSIT, assets=assets, shares=minted)


def _filled(tranches: Tranches, fill: Fill) -> Tranches:
    value, shares = tranches.value(fill.tranche), tranches.shares(fill.tranche)
    if fill.kind is FillKind.REDEMPTION:
        return tranches.changed(fill.tranche, assets=-fill.assets, shares=-fill.shares)
    minted = shares_for(assets=fill.assets, value=value, shares=shares)
    return tranches.changed(fill.tranche, assets=fill.assets, shares=minted)


def shares_for(*, assets: int, value: int, shares: int) -> int:
    """Return the shares that a deposit buys, rounded down for those already in."""
    return assets * (shares + VIRTUAL_SHARES) // (value + VIRTUAL_ASSETS)


def assets_for(*, shares_in: int, value: int, shares: int) -> int:
    """Return what shares are worth, ledger units, rounded down for those who stay."""
    return shares_in * (value + VIRTUAL_ASSETS) // (shares + VIRTUAL_SHARES)
