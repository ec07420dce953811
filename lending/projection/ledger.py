"""Booking a change: the loan, its lane and its journal, together."""

from typing import Any

from contracts.types import Event
from lending.domain.lanes import LaneSums
from lending.domain.loans import LoanState
from lending.models import Claimable, Lane, Loan, LoanEntry


def loan_of(event: Event) -> Loan:
    """Return the loan that an event is about."""
    return Loan.objects.get(pk=event.args["loanId"])


def book(event: Event, loan: Loan, state: LoanState, change: LaneSums) -> None:
    """Store a loan's new state and move its lane's sums."""
    loan.state = state
    loan.save()
    shift_lane(loan.lane_id, change, event)


def shift_lane(number: int, change: LaneSums, event: Event) -> Lane:
    """Add a change to a lane's sums and note the number of its last event."""
    lane = Lane.objects.get(pk=number)
    lane.sums = lane.sums.plus(change)
    lane.sequence = max(lane.sequence, event.args.get("sequence", 0))
    lane.save()
    return lane


def note(
    event: Event, loan_id: int, name: str, *, amount: int = 0, party: str = "", **details: Any
) -> LoanEntry:
    """Write one line into a loan's journal."""
    entry = entry_of(event, loan_id, name, amount=amount, party=party, **details)
    entry.save()
    return entry


def entry_of(
    event: Event, loan_id: int, name: str, *, amount: int = 0, party: str = "", **details: Any
) -> LoanEntry:
    """Return a line for a loan's journal, not yet stored."""
    return LoanEntry(
        loan_id=loan_id,
        name=name,
        amount=amount,
        party=party,
        details=details,
        at=event.block_time,
        block_number=event.block_number,
        tx_hash=event.tx_hash,
    )


def credit(lane: int, party: str, amount: int) -> None:
    """Add to (or take from) what a lane owes a party."""
    if amount:
        row, _ = Claimable.objects.get_or_create(lane_id=lane, party=party)
        row.amount += amount
        row.save()
