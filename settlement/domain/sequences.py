"""Lane by lane, our contracts number their events: a log that was left out is a proven gap.

`LoanBook` and `AuctionHouse` each count the events of a lane from 1, without a hole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.domain.words import unstriped
from contracts.types import Event

Key = tuple[str, int]


@dataclass(frozen=True)
class Gap(Exception):
    """Events of a lane that are missing, or out of their order."""

    contract: str
    lane: int
    expected: int
    found: int
    block_number: int

    def __str__(self) -> str:
        return (
            f"{self.contract} numbered event {self.found} of lane {self.lane} in block "
            f"{self.block_number}, but {self.expected} was due: the node left out a log. "
            "The blocks are read again; ask another node (RPC_URL) when this stays."
        )


def advanced(last: Mapping[Key, int], events: Iterable[Event]) -> dict[Key, int]:
    """Return the last number of each lane after these events, or raise `Gap`.

    `last` holds the last number by contract and lane; a lane that is not in it had none.
    """
    numbers = dict(last)
    for event in events:
        if "sequence" not in event.args:
            continue
        key = event.contract, lane_of(event)
        expected = numbers.get(key, 0) + 1
        if event.args["sequence"] != expected:
            found = int(event.args["sequence"])
            raise Gap(*key, expected=expected, found=found, block_number=event.block_number)
        numbers[key] = expected
    return numbers


def lane_of(event: Event) -> int:
    """Return the lane of a numbered event: named, or that of its loan."""
    if "lane" in event.args:
        return int(event.args["lane"])
    return unstriped(int(event.args["loanId"]))[0]
