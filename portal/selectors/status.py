"""The status page: is anything late."""

from dataclasses import dataclass

from oracles.selectors import newest_round, open_round_progress
from portal.domain.formatting import counted, span
from portal.domain.states import CALLED, STEADY, WATCH, State, worst
from portal.selectors.pipeline import (
    BatchRow,
    Pipeline,
    newest_batches,
    pipeline,
    read_stamp,
)
from portal.selectors.pool import PoolNow, pool_now
from portal.selectors.stamp import Stamp

BATCHES_SHOWN = 15
# The shipped oracle takes no value older than this; an epoch lasts a day.
ROUND_LATE_S = 129_600
CLOSE_LATE_S = 2 * 86_400
WAITING_MANY = 500
LATE = State("watch", WATCH.shape, "Late")
FAILED = State("called", CALLED.shape, "Failing")
ON_TIME = State("steady", STEADY.shape, "On time")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that can be late, and how it stands."""

    name: str
    state: State
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All checks in one sentence."""

    state: State
    sentence: str


@dataclass(frozen=True, kw_only=True)
class StatusPage:
    """Everything on the status page."""

    stamp: Stamp
    verdict: Summary
    checks: list[Check]
    pipeline: Pipeline
    batches: list[BatchRow]


def status_page() -> StatusPage:
    """Gather the status page."""
    stamp = read_stamp()
    lanes = pipeline(stamp)
    checks = [
        _reader(stamp, lanes),
        _rounds(stamp),
        _transactions(lanes),
        _closes(stamp, pool_now()),
    ]
    return StatusPage(
        stamp=stamp,
        verdict=_summary(checks),
        checks=checks,
        pipeline=lanes,
        batches=newest_batches(BATCHES_SHOWN),
    )


def _summary(checks: list[Check]) -> Summary:
    late = [check.name.lower() for check in checks if check.state != ON_TIME]
    if not late:
        return Summary(state=ON_TIME, sentence="Nothing is late.")
    return Summary(
        state=worst([check.state for check in checks]),
        sentence=f"{counted(len(late), 'thing')} to look at: {', '.join(late)}.",
    )


def _reader(stamp: Stamp, lanes: Pipeline) -> Check:
    late = stamp.is_stale or not stamp.chain_time
    return Check(
        name="Reading the ledger",
        state=LATE if late else ON_TIME,
        sentence=lanes.reader_words,
    )


def _rounds(stamp: Stamp) -> Check:
    newest, progress = newest_round(), open_round_progress()
    signing = ""
    if progress:
        signing = (
            f" Round {progress.number} has {progress.signatures} of "
            f"{progress.threshold} signatures."
        )
    if newest is None:
        sentence = f"No round has been published yet.{signing}"
        return Check(name="Valuations", state=LATE, sentence=sentence)
    age = max(stamp.chain_time - newest.observed_at, 0)
    return Check(
        name="Valuations",
        state=LATE if age > ROUND_LATE_S else ON_TIME,
        sentence=f"Round {newest.number} is {span(age)} old.{signing}",
    )


def _transactions(lanes: Pipeline) -> Check:
    waiting = counted(lanes.waiting, "transaction")
    failed = f"; {counted(lanes.failed, 'transaction')} failed and can be tried again"
    sentence = f"{waiting} on the way{failed if lanes.failed else ''}."
    state = LATE if lanes.waiting > WAITING_MANY else ON_TIME
    return Check(name="Transactions", state=FAILED if lanes.failed else state, sentence=sentence)


def _closes(stamp: Stamp, pool: PoolNow) -> Check:
    if not pool.closed_at:
        return Check(
            name="Close of the pool", state=ON_TIME, sentence="The first close is still to come."
        )
    age = max(stamp.chain_time - pool.closed_at, 0)
    return Check(
        name="Close of the pool",
        state=LATE if age > CLOSE_LATE_S else ON_TIME,
        sentence=f"The last close was {span(age)} ago, that of epoch {pool.epoch:,}.",
    )
