"""What a bidder may do with the lot of a loan that is for sale."""

from collections.abc import Sequence

from lending.domain.auction import lrt_lot
from lending.models import AuctionLot, LotStatus
from lending.selectors.valuing import stopped_seconds
from lending.selectors.wallets import call_of
from portal.acts.forms import Act, Calls, Entry, Kind, Values, one, paying
from portal.acts.loans import dollars
from portal.domain.formatting import usd


def lot_acts(loan_id: int, *, now: int) -> Sequence[Act]:
    """Return the acts on a loan's running lot; none when nothing is for sale."""
    lot = (
        AuctionLot.objects.select_related("loan")
        .filter(loan_id=loan_id, status=LotStatus.RUNNING)
        .first()
    )
    if lot is None:
        return []
    elapsed = lot.elapsed_s(now=now, stopped=stopped_seconds(now))
    acts = [_buy(lot, asked(lot, elapsed, now))]
    return [*acts, _for_reserve(lot)] if lot.path.at_floor(elapsed) else acts


def asked(lot: AuctionLot, elapsed: int, now: int) -> int:
    """Return what a buyer would pay now: for restaking tokens, for as many as would be sold."""
    price = lot.path.price(elapsed)
    if lot.token_id:
        return price
    return lrt_lot(lrt_amount=lot.lrt_amount, debt=lot.loan.state.debt_up(now), price=price)[1]


def _buy(lot: AuctionLot, price: int) -> Act:
    def make(given: Values) -> tuple[str, Calls]:
        most = given["amount"]
        return (
            f"Your wallet buys the lot at the clock's price when it arrives, {usd(most)} at most. "
            "The price only falls. The lot moves to your account as it is: its documents are with "
            "its verifiers.",
            paying("AuctionHouse", most, call_of("buy", loan_id=lot.loan_id, max_price=most)),
        )

    return Act(
        code="buy",
        label="Buy the lot",
        about=f"The price is {usd(price)} now and falls until somebody buys.",
        entries=[
            Entry(
                name="amount",
                label="Most that you will pay, in US dollars of stablecoin",
                kind=Kind.USD,
                value=dollars(price),
                help="You pay the clock's price, never more than this.",
            )
        ],
        make=make,
    )


def _for_reserve(lot: AuctionLot) -> Act:
    return Act(
        code="take_for_reserve",
        label="Have the reserve take it",
        about="The price has reached its floor, where the reserve's standing bid takes the lot. "
        "Anyone may set that off.",
        make=lambda given: (
            "Your wallet has the reserve take the lot at its floor.",
            one("take_for_reserve", loan_id=lot.loan_id),
        ),
    )
