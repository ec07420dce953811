"""Intake of operations: once, in bulk, in the transaction that caused them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from contracts.deployment_record import load
from contracts.domain.words import LANE_SHIFT
from settlement.directory import closed_or_unknown
from settlement.domain.intake import NewOperation, Refusal, refused, refused_loan
from settlement.errors import OperationRefused
from settlement.models import Block, Operation
from settlement.services.numbering import ring_lanes, taken_numbers

COLUMNS = ("id", "client_key", "kind", "lane", "loan_id", "amount")
COLUMNS += ("payload", "priority", "deadline")
# Two intakes that bring one key for two lanes at once meet in the index; the second looks again.
ATTEMPTS = 3
_BODY = ("kind", "loan_id", "amount", "payload", "priority", "deadline")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What became of the operations of one intake: new ones, known ones, refused ones."""

    accepted: int = 0
    known: int = 0
    refused: tuple[Refusal, ...] = ()


def intake(*, operations: Iterable[NewOperation]) -> Intake:
    """Store what is new and right; say what is known and what is refused. Safe to repeat.

    The same key with the same body is the same operation. What is refused harms no neighbour.
    """
    refusals: list[Refusal] = []
    wanted = _without_unknown_loans(_well_formed(operations, refusals), refusals)
    if not wanted:
        return Intake(refused=tuple(refusals))
    try:
        # Nearly always all keys are new, and the index says so at the least cost.
        return _stored(wanted, {}, refusals)
    except IntegrityError:
        pass
    for _ in range(ATTEMPTS - 1):
        try:
            return _stored(wanted, _known(list(wanted)), refusals)
        except IntegrityError as error:
            failure = error
    raise failure


def accept(operation: NewOperation) -> Operation:
    """Store one operation and return its row, or raise `OperationRefused` with its code."""
    outcome = intake(operations=[operation])
    if outcome.refused:
        (refusal,) = outcome.refused
        raise OperationRefused(refusal.code, refusal.message)
    return Operation.objects.get(client_key=operation.client_key)


def _well_formed(
    operations: Iterable[NewOperation], refusals: list[Refusal]
) -> dict[str, NewOperation]:
    """Return what is right by itself, by its key."""
    lanes, now = len(load().lanes), _chain_time()
    kept: dict[str, NewOperation] = {}
    for operation in operations:
        reason = refused(operation, lanes=lanes, now=now)
        if reason is None:
            first = kept.setdefault(operation.client_key, operation)
            if first is operation or first.body == operation.body:
                continue
            reason = _other_body(operation.client_key)
        refusals.append(Refusal(operation.client_key, *reason))
    return kept


def _chain_time() -> int:
    newest = Block.objects.order_by("-number").values_list("timestamp", flat=True).first()
    return newest or 0


def _without_unknown_loans(
    wanted: dict[str, NewOperation], refusals: list[Refusal]
) -> dict[str, NewOperation]:
    bad = closed_or_unknown({operation.loan_id for operation in wanted.values()})
    if not bad:
        return wanted
    kept = {}
    for key, operation in wanted.items():
        if operation.loan_id in bad:
            refusals.append(
                Refusal(key, *refused_loan(operation.loan_id, closed=bad[operation.loan_id]))
            )
        else:
            kept[key] = operation
    return kept


def _stored(
    wanted: dict[str, NewOperation],
    known: dict[str, tuple[object, ...]],
    refusals: list[Refusal],
) -> Intake:
    """Store all but what is known, or raise `IntegrityError` when more is known than that."""
    clashing = [
        Refusal(key, *_other_body(key)) for key, body in known.items() if body != wanted[key].body
    ]
    by_lane: dict[int, list[NewOperation]] = defaultdict(list)
    for key, operation in wanted.items():
        if key not in known:
            by_lane[operation.loan_id >> LANE_SHIFT].append(operation)
    with transaction.atomic():
        _copy(by_lane)
    return Intake(
        accepted=sum(map(len, by_lane.values())),
        known=len(known) - len(clashing),
        refused=(*refusals, *clashing),
    )


def _known(keys: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """Return the bodies of the operations that are stored already, by key."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT client_key, {', '.join(_BODY)} FROM settlement_operation "
            "WHERE client_key = ANY(string_to_array(%s, %s))",
            ["\n".join(keys), "\n"],
        )
        rows = cursor.fetchall()
    return {
        key: (kind, loan_id, amount, bytes(payload or b""), priority, deadline)
        for key, kind, loan_id, amount, payload, priority, deadline in rows
    }


def _copy(by_lane: Mapping[int, Sequence[NewOperation]]) -> None:
    """Give each lane's next numbers to its operations and write all in one go."""
    if not by_lane:
        return
    numbers = taken_numbers({lane: len(rows) for lane, rows in by_lane.items()})
    lines = [
        _line(identifier, lane, each)
        for lane, operations in by_lane.items()
        for identifier, each in enumerate(operations, start=lane << LANE_SHIFT | numbers[lane])
    ]
    statement = f"COPY settlement_operation ({', '.join(COLUMNS)}) FROM STDIN"
    # What COPY raises goes past Django, which would name it as its own.
    known = connection.wrap_database_errors
    with known, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(lines))
    ring_lanes(by_lane)


def _line(identifier: int, lane: int, each: NewOperation) -> str:
    """Return one line of COPY's text form; keys hold nothing that it would escape."""
    payload = f"\\\\x{each.payload.hex()}" if each.payload else "\\N"
    deadline = "\\N" if each.deadline is None else each.deadline
    return (
        f"{identifier}\t{each.client_key}\t{each.kind:d}\t{lane}\t{each.loan_id}\t{each.amount}\t"
        f"{payload}\t{each.priority}\t{deadline}\n"
    )


def _other_body(key: str) -> tuple[str, str]:
    return (
        "client_key_reused",
        f"The client key {key} belongs to another operation. Use a new key for a new operation.",
    )
