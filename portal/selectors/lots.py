"""Lots of auctions as cards with the path of their price."""

from collections.abc import Iterable

from collateral.domain.classes import class_by_id
from collateral.models import Asset
from lending.domain.auction import lrt_lot
from lending.models import AuctionLot, LotStatus
from lending.selectors.valuing import stopped_seconds
from portal.domain.charts.price_path import PricePath, price_path
from portal.domain.formatting import DAY_S, HOUR_S, day, middle, token_amount, usd
from portal.domain.states import State
from portal.domain.things import title
from portal.selectors.book import loan_name
from portal.selectors.rows import LotCard

_STATES = {
    LotStatus.RUNNING: State("called", "■", "For sale"),
    LotStatus.SOLD: State("done", "✓", "Sold"),
    LotStatus.RESERVE: State("done", "✓", "Taken by the reserve"),
    LotStatus.WITHDRAWN: State("done", "✕", "Withdrawn"),
}
Name = tuple[str, str]


def lot_cards(lots: Iterable[AuctionLot], *, now: int) -> list[LotCard]:
    """Return the lots as cards, in the order given; two queries."""
    given = list(lots)
    if not given:
        return []
    names = _names({lot.token_id for lot in given if lot.token_id})
    stopped = stopped_seconds(now)
    return [_card(lot, names, stopped, now) for lot in given]


def _card(lot: AuctionLot, names: dict[int, Name], stopped: int, now: int) -> LotCard:
    running = lot.status == LotStatus.RUNNING
    path = _path(lot, stopped, now)
    price = _asked(lot, path.mark_price, now) if running else lot.paid
    name, code = names.get(lot.token_id) or (_tokens(lot), "lrt")
    return LotCard(
        loan_id=lot.loan_id,
        loan_name=loan_name(lot.loan_id),
        title=name,
        class_code=code,
        state=_STATES[LotStatus(lot.status)],
        running=running,
        path=path,
        mark="now" if running else "sold",
        price=price,
        words=_words(lot, path),
        token_id=lot.token_id,
    )


def _path(lot: AuctionLot, stopped: int, now: int) -> PricePath:
    """Draw the path up to now, or to the sale; prices are those of the clock."""
    elapsed = lot.elapsed_s(now=now, stopped=stopped)
    return price_path(
        start=lot.start_price,
        floor=lot.floor_price,
        starts_at=lot.started_at,
        duration=lot.duration,
        mark_at=lot.started_at + max(elapsed, 0),
        mark_price=lot.path.price(elapsed),
    )


def _asked(lot: AuctionLot, price: int, now: int) -> int:
    """Return what a buyer would pay now: for restaking tokens, for as many as would be sold."""
    if lot.token_id:
        return price
    debt = lot.loan.state.debt_up(now)
    return lrt_lot(lrt_amount=lot.lrt_amount, debt=debt, price=price)[1]


def _words(lot: AuctionLot, path: PricePath) -> str:
    if lot.status == LotStatus.RUNNING:
        pace, unit = _pace(lot)
        falls = f"Falls by {usd(pace)} {unit} to its floor of {usd(lot.floor_price)}"
        each = "" if lot.token_id else ", a token"
        return f"{falls}{each} on {day(path.ends_at)}."
    ended = day(lot.ended_at) if lot.ended_at else "an unknown day"
    if lot.status == LotStatus.WITHDRAWN:
        return f"Withdrawn on {ended}: the debt was paid before a sale."
    buyer = "the reserve" if lot.status == LotStatus.RESERVE else middle(lot.buyer)
    each = "" if lot.token_id else " The chart shows the price of one token."
    return f"Sold to {buyer} on {ended}.{each}"


def _pace(lot: AuctionLot) -> tuple[int, str]:
    """Return how fast the price falls: by the hour, or by the day when that is little."""
    fall = lot.start_price - lot.floor_price
    hourly = fall * HOUR_S // max(lot.duration, 1)
    if hourly >= 1_000_000:
        return hourly, "an hour"
    return fall * DAY_S // max(lot.duration, 1), "a day"


def _tokens(lot: AuctionLot) -> str:
    return f"{token_amount(lot.lrt_amount)} restaking tokens"


def _names(token_ids: set[int]) -> dict[int, Name]:
    rows = Asset.objects.filter(token_id__in=token_ids)
    return {
        token_id: (title(class_by_id(class_id).code, attributes), class_by_id(class_id).code)
        for token_id, class_id, attributes in rows.values_list("token_id", "class_id", "attributes")
    }
