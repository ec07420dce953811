"""The states that a reader sees: each has a shape and a word, so that colour is never alone."""

from dataclasses import dataclass

WATCH_BELOW_BPS = 1_000


@dataclass(frozen=True)
class State:
    """A state as shown: ``key`` chooses the colour."""

    key: str
    shape: str
    word: str


STEADY = State("steady", "●", "Steady")
WATCH = State("watch", "▲", "Watch")
CALLED = State("called", "■", "Called")
IN_AUCTION = State("called", "■", "In auction")
REPAID = State("done", "✓", "Repaid")
CLOSED = State("done", "✓", "Closed")
WRITTEN_OFF = State("done", "✕", "Written off")
UNKNOWN = State("watch", "▲", "No value")

_BY_STATUS = {
    "called": CALLED,
    "auctioned": IN_AUCTION,
    "repaid": REPAID,
    "closed": CLOSED,
    "written_off": WRITTEN_OFF,
}


def loan_state(*, status: str, headroom_bps: int | None, overdue: bool = False) -> State:
    """Return the state of a loan: watched when overdue, unvalued or within a tenth of its call.

    ``headroom_bps`` is how far the collateral's value may fall before the loan can be called.
    """
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if headroom_bps is None:
        return UNKNOWN
    return WATCH if overdue or headroom_bps < WATCH_BELOW_BPS else STEADY


def worst(states: list[State]) -> State:
    """Return the state that most needs attention; steady when there is none."""
    rank = {"called": 2, "watch": 1}
    return max(states, key=lambda state: rank.get(state.key, 0), default=STEADY)
