"""Parcels: many plain operations accepted together, and the words that they hold."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Func, IntegerField, Value

from contracts.deployment_record import load
from contracts.domain.columns import Numbers, columns_of_words, words_of_columns
from contracts.domain.words import LANE_SHIFT, NUMBER_LIMIT, WORD_BYTES, striped, unstriped
from settlement import bulk
from settlement.directory import closed_or_unknown
from settlement.domain.columns import Columns
from settlement.domain.intake import Refusal, refused_loan
from settlement.domain.parcels import MOST_TOGETHER, NewParcel, refused_parcel
from settlement.models import Parcel
from settlement.services.numbering import ring_lanes, taken_numbers
from settlement.services.operations import Intake

# Two intakes that bring one key at once meet in the index; the second looks again.
ATTEMPTS = 3
MOST_FOUND = 100
_NUMBER_BYTES = LANE_SHIFT // 8
_POSITION = "position(%(expressions)s)"
# The words of a lane's parcels from one number to another: of each parcel the part within. No
# parcel that begins further back than the largest is long can reach so far.
_WORDS = f"""
    SELECT (id & {NUMBER_LIMIT - 1}) + skipped,
        substring(words FROM skipped * {WORD_BYTES} + 1 FOR taken * {WORD_BYTES})
    FROM settlement_parcel AS parcel
    CROSS JOIN LATERAL (SELECT greatest(%s - id, 0)::int AS skipped,
        (least(id + parcel.count, %s + 1) - greatest(id, %s))::int AS taken) AS part
    WHERE id > %s - {MOST_TOGETHER} AND id <= %s AND id + parcel.count > %s
    ORDER BY id
"""


def intake_parcels(*, parcels: Iterable[NewParcel]) -> Intake:
    """Store what is new and right; say what is known and what is refused. Safe to repeat.

    The same key with the same body is the same parcel. One that is refused harms no neighbour.
    """
    refusals: list[Refusal] = []
    wanted = _without_unknown_loans(_well_formed(parcels, refusals), refusals)
    for attempt in range(ATTEMPTS):
        try:
            return _stored(wanted, _known(wanted), refusals)
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    return Intake(refused=tuple(refusals))


def words_between(lane: int, first: int, last: int) -> list[tuple[int, bytes]]:
    """Return what a lane's parcels hold from one number to another, both included.

    Of each parcel: the number of the first operation, and the words from there.
    """
    start, end = striped(lane, first), striped(lane, min(last, NUMBER_LIMIT - 1))
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [start, end, start, start, end, start])
        return [(number, bytes(words)) for number, words in cursor.fetchall()]


def columns_between(lane: int, first: int, last: int) -> Columns:
    """Return the operations of a lane's parcels from one number to another, both included."""
    return columns_of(b"".join(words for _, words in words_between(lane, first, last)))


def columns_of(words: bytes) -> Columns:
    """Return the operations in these words as columns."""
    kinds, numbers, loan_numbers, amounts = columns_of_words(words)
    return Columns(numbers, kinds, loan_numbers, amounts)


def holds_loan(loan_id: int, *, first: int, last: int, without: Sequence[int] = ()) -> bool:
    """Tell whether parcels hold an operation on the loan within these numbers, but for some."""
    if last < first:
        return False
    found = columns_between(loan_id >> LANE_SHIFT, first, last)
    numbers = found.numbers[found.loan_numbers == loan_id & (NUMBER_LIMIT - 1)]
    return bool((~np.isin(numbers, without)).any())


def parcels_on(loan_id: int) -> list[int]:
    """Return the ids of the newest parcels that hold an operation on the loan, newest first."""
    lane, number = unstriped(loan_id)
    # The same bytes may stand elsewhere in the words: whose loan they name is looked at.
    sought = Value(number.to_bytes(_NUMBER_BYTES, "big"))
    place = Func(
        sought, F("words"), template=_POSITION, arg_joiner=" IN ", output_field=IntegerField()
    )
    held = Parcel.objects.annotate(place=place).filter(lane=lane, place__gt=0).order_by("-pk")
    rows = held.values_list("pk", "words")[:MOST_FOUND]
    return [pk for pk, words in rows if number in columns_of(bytes(words)).loan_numbers]


def _well_formed(parcels: Iterable[NewParcel], refusals: list[Refusal]) -> dict[str, NewParcel]:
    """Return what is right by itself, by its key."""
    lanes = len(load().lanes)
    kept: dict[str, NewParcel] = {}
    for parcel in parcels:
        reason = refused_parcel(parcel, lanes=lanes)
        if reason is None:
            first = kept.setdefault(parcel.client_key, parcel)
            if first is parcel or _body(first) == _body(parcel):
                continue
            reason = _other_body(parcel.client_key)
        refusals.append(Refusal(parcel.client_key, *reason))
    return kept


def _without_unknown_loans(
    wanted: dict[str, NewParcel], refusals: list[Refusal]
) -> dict[str, NewParcel]:
    if not wanted:
        return wanted
    loans = {key: each.loan_numbers | each.lane << LANE_SHIFT for key, each in wanted.items()}
    bad = closed_or_unknown(np.unique(np.concatenate(list(loans.values()))).tolist())
    if not bad:
        return wanted
    kept = {}
    for key, parcel in wanted.items():
        found = sorted(bad.keys() & set(loans[key].tolist()))
        if found:
            refusals.append(Refusal(key, *refused_loan(found[0], closed=bad[found[0]])))
        else:
            kept[key] = parcel
    return kept


def _known(wanted: dict[str, NewParcel]) -> dict[str, bytes]:
    """Return the bodies of the parcels that are stored already, by key."""
    rows = Parcel.objects.filter(client_key__in=list(wanted))
    return {
        key: _body_of(lane, bytes(words))
        for key, lane, words in rows.values_list("client_key", "lane", "words")
    }


def _stored(
    wanted: dict[str, NewParcel], known: dict[str, bytes], refusals: list[Refusal]
) -> Intake:
    """Store all but what is known, or raise `IntegrityError` when more is known than that."""
    clashing = [key for key, body in known.items() if body != _body(wanted[key])]
    fresh = [parcel for key, parcel in wanted.items() if key not in known]
    if fresh:
        with transaction.atomic():
            bulk.insert(_rows(fresh))
            ring_lanes({parcel.lane for parcel in fresh})
    return Intake(
        accepted=sum(map(len, fresh)),
        known=sum(len(wanted[key]) for key in known if key not in clashing),
        refused=(*refusals, *(Refusal(key, *_other_body(key)) for key in clashing)),
    )


def _rows(parcels: Sequence[NewParcel]) -> list[Parcel]:
    """Give each parcel the next numbers of its lane and return the rows."""
    counts: Counter[int] = Counter()
    for parcel in parcels:
        counts[parcel.lane] += len(parcel)
    following = taken_numbers(counts)
    rows = []
    for parcel in parcels:
        first = following[parcel.lane]
        following[parcel.lane] += len(parcel)
        numbers = np.arange(first, first + len(parcel), dtype=np.int64)
        rows.append(
            Parcel(
                id=striped(parcel.lane, first),
                client_key=parcel.client_key,
                lane=parcel.lane,
                count=len(parcel),
                words=_words(parcel, numbers),
            )
        )
    return rows


def _words(parcel: NewParcel, numbers: Numbers) -> bytes:
    kinds = np.full(len(parcel), parcel.kind, dtype=np.int64)
    return words_of_columns(kinds, numbers, parcel.loan_numbers, parcel.amounts)


def _body(parcel: NewParcel) -> bytes:
    """Return all but the key: what must be the same where the key is the same."""
    zeros = np.zeros(len(parcel), dtype=np.int64)
    return parcel.lane.to_bytes(8, "big") + _words(parcel, zeros)


def _body_of(lane: int, words: bytes) -> bytes:
    kinds, numbers, loan_numbers, amounts = columns_of_words(words)
    bare = words_of_columns(kinds, np.zeros_like(numbers), loan_numbers, amounts)
    return lane.to_bytes(8, "big") + bare


def _other_body(key: str) -> tuple[str, str]:
    return (
        "client_key_reused",
        f"The client key {key} belongs to another parcel. Use a new key for a new parcel.",
    )
