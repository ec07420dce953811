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
from lending.models import Claimable, ClassRoom, Lane, Loan, LoanCollateral, LoanEntry
from lending.projection.requests import note_openings
from lending.projection.runs import ENTRY, Run, settle
from settlement.bulk import append, insert, numbers, upsert
from settlement.projection import Handler

# One parameter for all ids: Django would look at each.
_READ = "SELECT * FROM lending_loan WHERE loan_id = ANY(%s::bigint[])"
WRITTEN_AT_ONCE = 2_000
# A line of the journal as it is stored; a step has so many that a model for each would be dear.
Entry = tuple[int, str, int, str, str, int, int, str]


@dataclass
class _Pending:
    """Rows as they stand in this step, those that changed, new ones, and runs of collections, whose
    loans are only in the database.
    """

    loans: dict[int, Loan] = field(default_factory=dict)
    lanes: dict[int, Lane] = field(default_factory=dict)
    changed_loans: set[int] = field(default_factory=set)
    changed_lanes: set[int] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    rooms: dict[int, dict[int, ClassRoom]] = field(default_factory=dict)
    changed_rooms: set[tuple[int, int]] = field(default_factory=set)
    pledges: dict[tuple[int, int], LoanCollateral] = field(default_factory=dict)


_pending = _Pending()


def loan_of(event: Event) -> Loan:
    """Return the loan that an event is about."""
    loan_id = event.args["loanId"]
    _settle_runs()
    loan = _pending.loans.get(loan_id) or loans_of([loan_id]).get(loan_id)
    if loan is None:
        raise Loan.DoesNotExist(f"There is no loan {loan_id}.")
    return loan


def loans_of(loan_ids: Iterable[int]) -> dict[int, Loan]:
    """Return the loans of these ids that there are, as they stand in this step."""
    _settle_runs()
    wanted = set(loan_ids)
    missing = wanted - _pending.loans.keys()
    if missing:
        _pending.loans |= {loan.pk: loan for loan in Loan.objects.raw(_READ, [numbers(missing)])}
    return {pk: _pending.loans[pk] for pk in wanted & _pending.loans.keys()}


def changed(loans: Iterable[Loan], entries: Iterable[Entry]) -> None:
    """Have loans of `loans_of` and new journal lines written with the step."""
    _pending.changed_loans |= {loan.pk for loan in loans}
    _pending.entries += entries


def book(event: Event, loan: Loan, state: LoanState, change: LaneSums) -> None:
    """Store a loan's new state and move its lane's sums."""
    loan.state = state
    _pending.loans[loan.pk] = loan
    changed([loan], [])
    shift_lane(loan.lane_id, change, event)


def shift_lane(number: int, change: LaneSums, event: Event) -> Lane:
    """Add a change to a lane's sums and note the number of its last event."""
    lane = changed_lane(number)
    lane.sums = lane.sums.plus(change)
    lane.sequence = max(lane.sequence, event.args.get("sequence", 0))
    return lane


def changed_lane(number: int) -> Lane:
    """Return a lane that is to be written with the step."""
    lane = _pending.lanes.get(number) or Lane.objects.get(pk=number)
    _pending.lanes[number] = lane
    _pending.changed_lanes.add(number)
    return lane


def changed_room(lane: int, class_id: int) -> ClassRoom:
    """Return a lane's room in a class, to be written with the step."""
    if lane not in _pending.rooms:
        _pending.rooms[lane] = {row.class_id: row for row in ClassRoom.objects.filter(lane=lane)}
    _pending.changed_rooms.add((lane, class_id))
    rooms = _pending.rooms[lane]
    if class_id not in rooms:
        rooms[class_id] = ClassRoom(lane_id=lane, class_id=class_id)
    return rooms[class_id]


def is_new(loan: Loan) -> bool:
    """Tell whether nothing of a loan is in the database yet."""
    return loan._state.adding


def pledged_anew(loan: Loan, token_id: int, **what: Any) -> LoanCollateral:
    """Return a new loan's pledge of a token, to be written with the step."""
    fresh = LoanCollateral(loan_id=loan.pk, token_id=token_id, **what)
    return _pending.pledges.setdefault((loan.pk, token_id), fresh)


def collect(run: Run) -> None:
    """Have a batch that only collects applied with its like, after all that came before."""
    if _pending.changed_loans or _pending.entries:
        write()
    _pending.runs.append(run)
    shift_lane(run.event.args["lane"], LaneSums(), run.event)


def prepare(events: Iterable[Event]) -> None:
    """Read at once the loans that events of a step are about."""
    loans_of(
        event.args["loanId"]
        for event in events
        if event.contract == "LoanBook" and "loanId" in event.args
    )


def note(
    event: Event, loan_id: int, name: str, *, amount: int = 0, party: str = "", **details: Any
) -> None:
    """Write one line into a loan's journal."""
    changed([], [entry_of(event, loan_id, name, amount=amount, party=party, **details)])


def settled_first(handler: Handler) -> Handler:
    """Return a handler for which all changes so far are in the database, which it may change."""

    def handle(event: Event) -> None:
        write()
        _pending.lanes.clear()
        _pending.rooms.clear()
        handler(event)

    return handle


def write() -> None:
    """Write what changed. Loans stay in memory for the next events of the step."""
    _settle_runs()
    upsert([_pending.lanes[number] for number in sorted(_pending.changed_lanes)])
    loans = [_pending.loans[pk] for pk in sorted(_pending.changed_loans)]
    for start in range(0, len(loans), WRITTEN_AT_ONCE):
        upsert(loans[start : start + WRITTEN_AT_ONCE])
    note_openings([loan for loan in loans if is_new(loan)])
    for loan in loans:
        loan._state.adding = False
    insert(list(_pending.pledges.values()))
    _write_rooms()
    if _pending.entries:
        append(LoanEntry, ENTRY, _pending.entries)
    for written in (
        *(_pending.changed_lanes, _pending.changed_loans, _pending.changed_rooms),
        *(_pending.pledges, _pending.entries),
    ):
        written.clear()


def _write_rooms() -> None:
    ClassRoom.objects.bulk_create(
        [_pending.rooms[lane][class_id] for lane, class_id in sorted(_pending.changed_rooms)],
        update_conflicts=True,
        unique_fields=["lane", "class_id"],
        update_fields=["left", "used", "spent", "spent_at"],
    )


def finish() -> None:
    """Write what changed, and keep nothing in memory: others change rows between two steps."""
    write()
    discard()


def _settle_runs() -> None:
    """Apply the runs of collections, and read their loans anew where they are asked for."""
    if not _pending.runs:
        return
    changes, loan_ids = settle(_pending.runs)
    _pending.runs.clear()
    for loan_id in loan_ids:
        _pending.loans.pop(loan_id, None)
    for number, change in changes.items():
        lane = changed_lane(number)
        lane.sums = lane.sums.plus(change)


def discard() -> None:
    """Forget a step that failed."""
    global _pending
    _pending = _Pending()


def entry_of(
    event: Event, loan_id: int, name: str, *, amount: int = 0, party: str = "", **details: Any
) -> Entry:
    """Return a line for a loan's journal, not yet stored."""
    told = json.dumps(details) if details else "{}"
    return (
        *(loan_id, name, amount, party),
        *(told, event.block_time, event.block_number, event.tx_hash),
    )


def credit(lane: int, party: str, amount: int) -> None:
    """Add to (or take from) what a lane owes a party."""
    if amount:
        row, _ = Claimable.objects.get_or_create(lane_id=lane, party=party)
        row.amount += amount
        row.save()
