"""Whether the newest round of a price aggregator may count, and whether its chain was up.

The rules follow what went wrong elsewhere: rounds never completed, prices hours old, answers that
stopped at a bound while the market fell on (LUNA, 2022), prices of a sequencer that was down.
"""

from dataclasses import dataclass
from typing import Protocol

from oracles.domain.errors import ObservationRefused
from oracles.domain.parameters import MAX_CLOCK_SKEW_S


class Told(Protocol):
    """What an aggregator says: ``answer · 10^-decimals``; times in unix seconds."""

    decimals: int
    round_id: int
    answer: int
    started_at: int
    updated_at: int
    answered_in_round: int
    min_answer: int | None
    max_answer: int | None


@dataclass(frozen=True, kw_only=True)
class AggregatorTerms:
    """What is expected of an aggregator: its decimals, and how old its answer may be at most.

    Bounds of our own narrow those of the aggregator.
    """

    decimals: int
    heartbeat_s: int
    min_answer: int | None = None
    max_answer: int | None = None


def refuse_round(told: Told, *, terms: AggregatorTerms, now: int) -> None:
    """Refuse a round that is not complete, old, of other decimals, or at a bound."""
    if told.updated_at == 0 or told.started_at == 0 or told.answered_in_round < told.round_id:
        raise ObservationRefused(
            "ROUND_INCOMPLETE", f"Round {told.round_id} of the aggregator has no answer yet."
        )
    if told.decimals != terms.decimals:
        raise ObservationRefused(
            "BAD_SCALE",
            f"The aggregator has {told.decimals} decimals; {terms.decimals} were expected.",
        )
    if told.updated_at > now + MAX_CLOCK_SKEW_S:
        raise ObservationRefused(
            "FUTURE_DATED", f"The answer is of {told.updated_at}, after the chain's time {now}."
        )
    age_s = now - told.updated_at
    if age_s > terms.heartbeat_s:
        raise ObservationRefused(
            "STALE", f"The answer is {age_s} s old; at most {terms.heartbeat_s} s are allowed."
        )
    _refuse_bound(told, terms)


def _refuse_bound(told: Told, terms: AggregatorTerms) -> None:
    """Refuse an answer at or beyond a bound: it may be anything beyond it, and is not clamped."""
    if told.answer <= 0:
        raise ObservationRefused("NOT_POSITIVE", f"The aggregator answers {told.answer}.")
    lows = [one for one in (told.min_answer, terms.min_answer) if one is not None]
    highs = [one for one in (told.max_answer, terms.max_answer) if one is not None]
    # A bound of zero or one is none: newer aggregators keep the field and do not use it.
    low = max((one for one in lows if one > 1), default=None)
    high = min(highs, default=None)
    if (low is not None and told.answer <= low) or (high is not None and told.answer >= high):
        raise ObservationRefused(
            "AT_BOUND",
            f"The answer {told.answer} is at the end of what the aggregator may say ({low} to "
            f"{high}); the price may be anywhere beyond.",
        )


def refuse_down(told: Told, *, grace_s: int, now: int) -> None:
    """Refuse prices while the chain's sequencer is down, and for ``grace_s`` after it came back.

    Such a feed answers 0 while all is well; ``started_at`` is the time of the last change.
    """
    if told.started_at == 0 or told.answer != 0:
        raise ObservationRefused("SEQUENCER_DOWN", "The chain's sequencer is down.")
    up_s = now - told.started_at
    if up_s <= grace_s:
        raise ObservationRefused(
            "SEQUENCER_DOWN",
            f"The sequencer came back {up_s} s ago; prices count again after {grace_s} s.",
        )
