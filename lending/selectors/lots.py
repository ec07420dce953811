"""Value at auction in the lanes, and what a loan's first lot would add to it (rule L4)."""

from collections.abc import Sequence

from lending.domain.auction import LaneLots, lot_worth, start_price
from lending.models import AuctionLot, Lane, Loan, LotStatus
from lending.selectors.valuing import Pledge


def lane_lots() -> dict[int, LaneLots]:
    """Return what is open in each lane, by its number."""
    found = {lane.number: LaneLots(allowance=lane.auction_allowance) for lane in Lane.objects.all()}
    running = AuctionLot.objects.filter(status=LotStatus.RUNNING).select_related("loan")
    for lot in running:
        found[lot.loan.lane_id] = found[lot.loan.lane_id].begun(lot.worth)
    return found


def first_lot_worth(loan: Loan, held: Sequence[Pledge], *, silent: bool) -> int:
    """Return what the first lot of a loan asks for at its start: its restaking tokens, else its
    first asset. While the oracle is silent, from appraisals and the price at opening.
    """
    first = held[-1] if held[-1].item.lrt_amount is not None else held[0]
    item, newest = first.item, None if silent else first.pair.newest
    if item.lrt_amount is not None:
        price = loan.lrt_opening_price if newest is None else newest
    else:
        price = (item.appraisal_cap or 0) if newest is None else item.value(newest)
    start = start_price(value=price, auction_start_bps=item.terms.auction_start_bps)
    return lot_worth(start=start, lrt_amount=item.lrt_amount)
