"""What lanes hold for loans."""

from collateral import moved
from collateral.models import Asset
from contracts.types import Event
from lending.domain.lanes import LaneSums
from lending.domain.loans import Status
from lending.domain.units import lane_of
from lending.models import AuctionLot, LoanCollateral, LotStatus, PledgeStatus
from lending.projection.ledger import changed, is_new, loan_of, pledged_anew, shift_lane
from lending.projection.rooms import join
from lending.selectors.valuing import LRT_CLASS


def on_pledged(event: Event) -> None:
    """An asset goes into the lane's custody, at the opening or as a top-up."""
    loan, token_id = loan_of(event), event.args["tokenId"]
    # What a token is may have been told in this very step.
    moved.write()
    class_id = Asset.objects.values_list("class_id", flat=True).get(token_id=token_id)
    if is_new(loan):
        pledged_anew(loan, token_id, class_id=class_id)
    else:
        # An asset that comes back goes to the end of the loan's list.
        loan.collateral.filter(token_id=token_id, status=PledgeStatus.RETURNED).delete()
        loan.collateral.create(token_id=token_id, class_id=class_id)
    join(loan, class_id)
    changed([loan], [])
    _touch(event)


def on_lrt_pledged(event: Event) -> None:
    """Restaking tokens go into the lane's custody, at the opening or as a top-up."""
    loan, what = loan_of(event), {"class_id": LRT_CLASS, "lrt": event.args["token"]}
    if is_new(loan):
        pledged_anew(loan, 0, **what).lrt_amount += event.args["amount"]
    else:
        row, _ = loan.collateral.get_or_create(token_id=0, defaults=what)
        row.lrt_amount += event.args["amount"]
        row.status = PledgeStatus.HELD
        row.save()
    _touch(event)


def on_released(event: Event) -> None:
    """An asset leaves the lane: to the buyer of its lot, else back to its owner."""
    loan_id, token_id = event.args["loanId"], event.args["tokenId"]
    if _hand_over(loan_id, token_id):
        status = PledgeStatus.SOLD
    else:
        running = loan_of(event).status == Status.OPEN
        status = PledgeStatus.RETURNED if running else PledgeStatus.RELEASED
    LoanCollateral.objects.filter(loan_id=loan_id, token_id=token_id).update(
        status=status, went_to=event.args["to"]
    )
    _touch(event)


def on_lrt_released(event: Event) -> None:
    """Restaking tokens leave the lane: a lot's, or a running loan's part, or all at the close."""
    row = LoanCollateral.objects.get(loan_id=event.args["loanId"], token_id=0)
    if loan_of(event).status == Status.OPEN:
        row.lrt_amount -= event.args["amount"]
        row.status = PledgeStatus.HELD if row.lrt_amount else PledgeStatus.RETURNED
    elif _hand_over(row.loan_id, 0):
        row.lrt_amount -= event.args["amount"]
        sold_out = row.lrt_amount == 0
        row.status = PledgeStatus.SOLD if sold_out else PledgeStatus.HELD
    else:
        row.status = PledgeStatus.RELEASED
    row.went_to = event.args["to"]
    row.save()
    _touch(event)


def _hand_over(loan_id: int, token_id: int) -> bool:
    """Tell whether a sold lot waits for its delivery, and note that it was delivered."""
    waiting = AuctionLot.objects.filter(
        loan_id=loan_id,
        token_id=token_id,
        handed_over=False,
        status__in=[LotStatus.SOLD, LotStatus.RESERVE],
    )
    return waiting.update(handed_over=True) > 0


def _touch(event: Event) -> None:
    """Note the event's number in its lane."""
    shift_lane(lane_of(event.args["loanId"]), LaneSums(), event)


HANDLERS = {
    "Pledged": on_pledged,
    "LrtPledged": on_lrt_pledged,
    "Released": on_released,
    "LrtReleased": on_lrt_released,
}
