"""Lots from offer to sale, by the events of AuctionHouse."""

from contracts.types import Event
from lending.models import AuctionLot, Lane, LotStatus
from lending.parameters import oracle_parameters
from lending.projection.ledger import note
from lending.selectors.valuing import clock, stopped_seconds


def on_lot_offered(event: Event) -> None:
    """A lot's clock starts; whether it needs the oracle shows in the oracle's silence."""
    args = event.args
    oracle, ttl = clock(), oracle_parameters().ttl
    first = AuctionLot.objects.filter(loan_id=args["loanId"]).order_by("-id").first()
    follows = first is not None and first.ended_at == event.block_time
    AuctionLot.objects.create(
        loan_id=args["loanId"],
        token_id=args["tokenId"],
        sequence=args["sequence"],
        lrt_amount=args["lrtAmount"],
        start_price=args["startPrice"],
        floor_price=args["floorPrice"],
        started_at=args["startedAt"],
        duration=args["duration"],
        stopped_at_start=oracle.stopped_at(event.block_time, ttl=ttl),
        silent=first.silent if follows and first else oracle.is_silent(event.block_time, ttl=ttl),
    )
    note(event, args["loanId"], "lot_offered", amount=args["startPrice"], token=args["tokenId"])


def on_lot_sold(event: Event) -> None:
    """A buyer, or the reserve at the floor, took the lot."""
    args = event.args
    lot = AuctionLot.objects.get(loan_id=args["loanId"], status=LotStatus.RUNNING)
    lot.status = LotStatus.RESERVE if args["toReserve"] else LotStatus.SOLD
    lot.buyer, lot.paid, lot.lrt_sold = args["buyer"], args["price"], args["lrtAmount"]
    lot.ended_at, lot.stopped_at_end = event.block_time, stopped_seconds(event.block_time)
    lot.save()
    note(event, lot.loan_id, "lot_sold", amount=lot.paid, party=lot.buyer, token=lot.token_id)


def on_auction_ended(event: Event) -> None:
    """Nothing of the loan is for sale any more."""
    withdraw_lot(event, event.args["loanId"])


def withdraw_lot(event: Event, loan_id: int) -> None:
    """Take the running lot of a loan, if there is one, off the market."""
    AuctionLot.objects.filter(loan_id=loan_id, status=LotStatus.RUNNING).update(
        status=LotStatus.WITHDRAWN,
        ended_at=event.block_time,
        stopped_at_end=stopped_seconds(event.block_time),
    )


def on_auctions_allowed(event: Event) -> None:
    """A close allows so much value at auction in each lane there is."""
    Lane.objects.update(auction_allowance=event.args["perLane"])


HANDLERS = {
    "LotOffered": on_lot_offered,
    "LotSold": on_lot_sold,
    "AuctionEnded": on_auction_ended,
    "AuctionsAllowed": on_auctions_allowed,
}
