"""The auction pages: what is for sale, at what price now, and what was sold."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from lending.domain.loans import Status
from lending.models import AuctionLot, Loan, LotStatus
from portal.domain.formatting import usd
from portal.domain.states import State
from portal.selectors.book import loan_name
from portal.selectors.lots import lot_cards
from portal.selectors.pipeline import read_stamp
from portal.selectors.rows import Figure, LotCard
from portal.selectors.stamp import Stamp

RUNNING_SHOWN = 60
PAST_ON_A_PAGE = 12
_RUNNING = State("called", "■", "For sale")
_ENDED = State("done", "✓", "Ended")


@dataclass(frozen=True, kw_only=True)
class AuctionsPage:
    """Lots for sale, and past ones by page."""

    stamp: Stamp
    running: list[LotCard]
    past: Page


@dataclass(frozen=True, kw_only=True)
class AuctionPage:
    """The lots of one loan, in order of sale."""

    stamp: Stamp
    loan_id: int
    loan_name: str
    state: State
    sentence: str
    lots: list[LotCard]
    money: list[Figure]


def auctions_page(*, number: int) -> AuctionsPage:
    """Gather all auctions."""
    stamp = read_stamp()
    lots = AuctionLot.objects.select_related("loan")
    running = lots.filter(status=LotStatus.RUNNING).order_by("started_at", "id")[:RUNNING_SHOWN]
    ended = lots.exclude(status=LotStatus.RUNNING).order_by("-ended_at", "-id")
    past = Paginator(ended, PAST_ON_A_PAGE).get_page(number)
    past.object_list = lot_cards(past.object_list, now=stamp.chain_time)
    return AuctionsPage(stamp=stamp, running=lot_cards(running, now=stamp.chain_time), past=past)


def auction_page(*, loan_id: int) -> AuctionPage | None:
    """Gather one loan's auction; None when nothing of it was ever for sale."""
    stamp = read_stamp()
    lots = list(AuctionLot.objects.select_related("loan").filter(loan_id=loan_id))
    if not lots:
        return None
    loan = lots[0].loan
    running = any(lot.status == LotStatus.RUNNING for lot in lots)
    return AuctionPage(
        stamp=stamp,
        loan_id=loan_id,
        loan_name=loan_name(loan_id),
        state=_RUNNING if running else _ENDED,
        sentence=_sentence(loan, running, stamp.chain_time),
        lots=lot_cards(lots, now=stamp.chain_time),
        money=_money(loan, lots, stamp.chain_time),
    )


def _sentence(loan: Loan, running: bool, now: int) -> str:
    debt = usd(loan.state.debt_up(now))
    if running:
        return (
            f"{debt} is still owed. Lots are sold one after the other until it is paid; the "
            "borrower can cure the loan until then."
        )
    if loan.status == Status.WRITTEN_OFF:
        return f"Everything was sold, and {usd(loan.loss)} of the debt could not be recovered."
    if loan.status in (Status.REPAID, Status.CLOSED):
        return "The debt was paid in full. What was not needed went back to the borrower."
    return f"Nothing is for sale at the moment; {debt} is owed."


def _money(loan: Loan, lots: list[AuctionLot], now: int) -> list[Figure]:
    proceeds = sum(lot.paid for lot in lots)
    sales = loan.entries.filter(name="sold").values_list("details", flat=True)
    surplus = sum(int(details.get("surplus") or 0) for details in sales)
    return [
        Figure(label="Paid by buyers so far", value=usd(proceeds)),
        Figure(label="Still owed", value=usd(loan.state.debt_up(now))),
        Figure(
            label="Surplus", value=usd(surplus), note="the borrower's, to be fetched at any time"
        ),
        Figure(label="Not recovered", value=usd(loan.loss), note="junior lenders bear it first"),
    ]
