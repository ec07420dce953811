"""Booking a change: the loan, its lane and its journal, together.

Within a step of the reader changed rows stay in memory, and are written in bulk at its end or
before a handler looks at them in the database (`settled_first`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contracts.types import Event
from lending.domain.lanes import LaneSums
from lending.domain.loans import LoanState
from lending.models import Claimable, Lane, Loan, LoanEntry
from settlement.bulk import append, upsert
from settlement.projection import Handler

WRITTEN_AT_ONCE = 2_000
# A line of the journal as it is stored; a step has so many that a model for each would be dear.
Entry = tuple[int, str, int, str, str, int, int, str]
_ENTRY = ("loan_id", "name", "amount", "party", "details", "at", "block_number", "tx_hash")


@dataclass
class _Pending:
    """Loans and lanes as they stand in this step, those that changed, and new journal lines."""

    loans: dict[int, Loan] = field(default_factory=dict)
    lanes: dict[int, Lane] = field(default_factory=dict)
    changed_loans: set[int] = field(default_factory=set)
    changed_lanes: set[int] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)


_pending = _Pending()


def loan_of(event: Event) -> Loan:
    """Return the loan that an event is about."""
    loan_id = event.args["loanId"]
    found = loans_of([loan_id])
    if loan_id not in found:
        raise Loan.DoesNotExist(f"There is no loan {loan_id}.")
    return found[loan_id]


def loans_of(loan_ids: Iterable[int]) -> dict[int, Loan]:
    """Return the loans of these ids that there are, as they stand in this step."""
    wanted = set(loan_ids)
    _pending.loans |= Loan.objects.in_bulk(wanted - _pending.loans.keys())
    return {pk: _pending.loans[pk] for pk in wanted & _pending.loans.keys()}


def changed(loans: Iterable[Loan], entries: Iterable[Entry]) -> None:
    """Have loans of `loans_of` and new journal lines written with the step."""
    _pending.changed_loans |= {loan.pk for loan in loans}
    _pending.entries += entries


def book(event: Event, loan: Loan, state: LoanState, change: LaneSums) -> None:
    """Store a loan's new state and move its lane's sums."""
    loan.state = state
    if loan._state.adding:
        loan.save(force_insert=True)
        _pending.loans[loan.pk] = loan
    changed([loan], [])
    shift_lane(loan.lane_id, change, event)


def shift_lane(number: int, change: LaneSums, event: Event) -> Lane:
    """Add a change to a lane's sums and note the number of its last event."""
    lane = _pending.lanes.get(number) or Lane.objects.get(pk=number)
    lane.sums = lane.sums.plus(change)
    lane.sequence = max(lane.sequence, event.args.get("sequence", 0))
    _pending.lanes[number] = lane
    _pending.changed_lanes.add(number)
    return lane


def note(
    event: Event, loan_id: int, name: str, *, amount: int = 0, party: str = "", **details: Any
) -> None:
    """Write one line into a loan's journal."""
    changed([], [entry_of(event, loan_id, name, amount=amount, party=party, **details)])


def settled_first(handler: Handler) -> Handler:
    """Return a handler for which all changes so far are in the database."""

    def handle(event: Event) -> None:
        write()
        handler(event)

    return handle


def write() -> None:
    """Write what changed, and keep nothing in memory."""
    lanes = [_pending.lanes[number] for number in sorted(_pending.changed_lanes)]
    loans = [_pending.loans[pk] for pk in sorted(_pending.changed_loans)]
    entries = _pending.entries
    discard()
    upsert(lanes)
    for start in range(0, len(loans), WRITTEN_AT_ONCE):
        upsert(loans[start : start + WRITTEN_AT_ONCE])
    if entries:
        append(LoanEntry, _ENTRY, entries)


def discard() -> None:
    """Forget a step that failed."""
    global _pending
    _pending = _Pending()


def entry_of(
    event: Event, loan_id: int, name: str, *, amount: int = 0, party: str = "", **details: Any
) -> Entry:
    """Return a line for a loan's journal, not yet stored."""
    at, block, told = event.block_time, event.block_number, json.dumps(details)
    return loan_id, name, amount, party, told, at, block, event.tx_hash


def credit(lane: int, party: str, amount: int) -> None:
    """Add to (or take from) what a lane owes a party."""
    if amount:
        row, _ = Claimable.objects.get_or_create(lane_id=lane, party=party)
        row.amount += amount
        row.save()
