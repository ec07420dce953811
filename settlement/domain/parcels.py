"""Many operations of one kind and lane under one client key: what is accepted, and what is not."""

from dataclasses import dataclass

import numpy as np

from contracts.domain.columns import Numbers
from contracts.domain.words import NUMBER_LIMIT
from settlement.domain.intake import refused_key
from settlement.domain.kinds import WORDS

MOST_TOGETHER = 100_000
PLAIN = {number: kind for number, kind in WORDS.items() if not kind.max_extra_words}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParcel:
    """What a caller wants settled: an amount (ledger units) for a loan of the lane, in order.

    The kind is one whose operations have one word. A parcel is accepted whole or not at all.
    """

    client_key: str
    lane: int
    kind: int
    loan_numbers: Numbers
    amounts: Numbers

    def __len__(self) -> int:
        return len(self.loan_numbers)


def refused_parcel(parcel: NewParcel, *, lanes: int) -> tuple[str, str] | None:
    """Return code and sentence when a parcel is wrong by itself, or None; there are so many lanes.

    Where single operations are wrong, the sentence names the first one's place, from 0.
    """
    kind = WORDS.get(parcel.kind)
    if kind is None or kind.max_extra_words:
        known = ", ".join(
            f"{n} ({one.name})" for n, one in WORDS.items() if not one.max_extra_words
        )
        return "kind_unknown", f"Parcels hold the kinds {known}; this one is {parcel.kind}."
    if not 0 <= parcel.lane < lanes:
        return "lane_unknown", f"There is no lane {parcel.lane}; they are 0 to {lanes - 1}."
    if len(parcel) != len(parcel.amounts) or not 0 < len(parcel) <= MOST_TOGETHER:
        return (
            "parcel_size",
            f"A parcel has 1 to {MOST_TOGETHER} loans and an amount for each; this one has "
            f"{len(parcel)} loans and {len(parcel.amounts)} amounts.",
        )
    return refused_key(parcel.client_key) or _refused_operation(parcel, kind.max_amount)


def _refused_operation(parcel: NewParcel, most: int) -> tuple[str, str] | None:
    wrong = (parcel.amounts < 0) | (parcel.amounts > most)
    if wrong.any():
        place = int(np.argmax(wrong))
        return (
            "amount_invalid",
            f"The amount must be from 0 to {most}; at place {place} it is {parcel.amounts[place]}.",
        )
    wrong = (parcel.loan_numbers <= 0) | (parcel.loan_numbers >= NUMBER_LIMIT)
    if wrong.any():
        place = int(np.argmax(wrong))
        return "loan_unknown", f"There is no loan {parcel.loan_numbers[place]} (place {place})."
    return None
