"""Rooms of the lanes in the classes, by what loans take and give back and what closes hand out."""

from collections.abc import Callable, Iterator

from contracts.types import Event
from lending.domain.rooms import Room, hand_out
from lending.models import ClassRoom, Lane, Loan
from lending.projection.ledger import changed_room
from lending.selectors.valuing import LRT_CLASS

ROOM_FIELDS = ["left", "used"]


def on_rooms_reserved(event: Event) -> None:
    """A close begins to hand out: what is reserved in each lane has room first."""
    lanes = list(Lane.objects.order_by("number"))
    for lane, reserved in zip(lanes, event.args["reserved"], strict=True):
        lane.reserved = reserved
    Lane.objects.bulk_update(lanes, ["reserved"])


def on_rooms_handed_out(event: Event) -> None:
    """A class's cap is spread over the lanes, less what running loans use."""
    class_id = event.args["classId"]
    lanes = list(Lane.objects.order_by("number"))
    known = {row.lane_id: row for row in ClassRoom.objects.filter(class_id=class_id)}
    rows = [known.get(lane.pk) or ClassRoom(lane=lane, class_id=class_id) for lane in lanes]
    left = hand_out(
        cap=event.args["cap"],
        used=[row.used for row in rows],
        reserved=[lane.reserved for lane in lanes],
    )
    for row, amount in zip(rows, left, strict=True):
        row.left = amount
    ClassRoom.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["lane", "class_id"], update_fields=ROOM_FIELDS
    )


def enter(loan: Loan, *, principal: int, now: int) -> None:
    """A loan begins to count in all classes of its card."""
    flow_in(loan, amount=principal, now=now)
    _change(loan.lane_id, loan.classes, lambda room: room.taken(loan.commitment))


def flow_in(loan: Loan, *, amount: int, now: int) -> None:
    """What is lent on restaking tokens drains the lane's bucket."""
    tokens = loan.classes & 1 << LRT_CLASS
    _change(loan.lane_id, tokens, lambda room: room.flowed_in(amount, now=now))


def join(loan: Loan, class_id: int) -> None:
    """An asset is added: the loan counts in its class too, if it did not."""
    bit = 1 << class_id
    if not loan.classes & bit:
        loan.classes |= bit
        _change(loan.lane_id, bit, lambda room: room.taken(loan.commitment))


def give_back(loan: Loan, amount: int) -> None:
    """A loan has ended, or counts for less from now on."""
    _change(loan.lane_id, loan.classes, lambda room: room.given_back(amount))


def _change(lane: int, classes: int, step: Callable[[Room], Room]) -> None:
    for class_id in _numbers(classes):
        row = changed_room(lane, class_id)
        row.room = step(row.room)


def _numbers(classes: int) -> Iterator[int]:
    return (number for number in range(classes.bit_length()) if classes >> number & 1)


HANDLERS = {
    "RoomsReserved": on_rooms_reserved,
    "RoomsHandedOut": on_rooms_handed_out,
}
