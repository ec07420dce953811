"""Which message of a device counts: in order, fresh, answering the round, possible."""

from collections.abc import Mapping
from dataclasses import dataclass

from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.messages import NO_HASH, Message
from collateral.domain.telemetry.metrics import METRICS

MAX_SKEW_S = 120
SECONDS_PER_HOUR = 3_600
_PLACES = {metric.name: place for place, metric in enumerate(METRICS)}
_POWER, _ENERGY, _HOURS = (_PLACES[name] for name in ("power_w", "energy_wh", "operating_h"))


@dataclass(slots=True)
class Head:
    """The newest accepted message of a device, and the rounds that it answered so far."""

    sequence: int = 0
    hash: bytes = NO_HASH
    at: int = 0
    energy_wh: int | None = None
    energy_at: int = 0
    operating_h: int | None = None
    round: int = 0
    rounds_answered: int = 0


def accept(
    message: Message,
    head: Head,
    *,
    nameplate_w: int | None,
    now_s: int,
    rounds: Mapping[bytes, int],
) -> int:
    """Move the head on by one message and return the round it answers.

    ``rounds`` maps the nonces that may still be answered to their numbers; times are unix seconds.
    Raises ``TelemetryError`` and leaves the head alone when the message does not count.
    """
    _refuse_out_of_order(message, head)
    _refuse_untimely(message, head, now_s)
    answered = rounds.get(message.nonce)
    if answered is None:
        raise TelemetryError(
            "NONCE_STALE", "The nonce is not that of an open round; fetch the current challenge."
        )
    _refuse_impossible(message, head, nameplate_w)
    _move(head, message, answered)
    return answered


def _refuse_out_of_order(message: Message, head: Head) -> None:
    if message.sequence <= head.sequence:
        raise TelemetryError(
            "TELEMETRY_REPLAY",
            f"Sequence {message.sequence} was used; the newest accepted is {head.sequence}.",
        )
    if message.previous != head.hash:
        raise TelemetryError(
            "CHAIN_BROKEN",
            f"previous is not 0x{head.hash.hex()}, the hash of message {head.sequence}, "
            "the newest accepted.",
        )


def _refuse_untimely(message: Message, head: Head, now_s: int) -> None:
    if abs(message.at - now_s) > MAX_SKEW_S:
        raise TelemetryError(
            "CLOCK_SKEW",
            f"at is {message.at - now_s:+d} s from now; {MAX_SKEW_S} s are allowed. Set the clock.",
        )
    if message.at < head.at:
        raise TelemetryError(
            "CLOCK_SKEW", f"at is {head.at - message.at} s before the message before it."
        )


def _refuse_impossible(message: Message, head: Head, nameplate_w: int | None) -> None:
    energy, hours = message.values[_ENERGY], message.values[_HOURS]
    _refuse_backwards("energy_wh", energy, head.energy_wh)
    _refuse_backwards("operating_h", hours, head.operating_h)
    if nameplate_w is None:
        return
    if (message.values[_POWER] or 0) > nameplate_w:
        raise TelemetryError(
            "OUTPUT_GT_NAMEPLATE",
            f"power_w is {message.values[_POWER]}; the plate says at most {nameplate_w} W.",
        )
    if energy is not None and head.energy_wh is not None:
        # One second more than has passed: both times are whole seconds.
        elapsed_s = message.at - head.energy_at
        possible_ws = nameplate_w * (elapsed_s + 1)
        if (energy - head.energy_wh) * SECONDS_PER_HOUR > possible_ws + SECONDS_PER_HOUR:
            raise TelemetryError(
                "OUTPUT_GT_NAMEPLATE",
                f"energy_wh rose by {energy - head.energy_wh} in {elapsed_s} s, "
                f"more than a plate of {nameplate_w} W allows.",
            )


def _refuse_backwards(name: str, value: int | None, before: int | None) -> None:
    if value is not None and before is not None and value < before:
        raise TelemetryError(
            "NEGATIVE_USAGE", f"{name} fell from {before} to {value}; a meter only grows."
        )


def _move(head: Head, message: Message, answered: int) -> None:
    head.sequence, head.hash, head.at = message.sequence, message.hash, message.at
    if message.values[_ENERGY] is not None:
        head.energy_wh, head.energy_at = message.values[_ENERGY], message.at
    if message.values[_HOURS] is not None:
        head.operating_h = message.values[_HOURS]
    if answered > head.round:
        head.round = answered
        head.rounds_answered += 1


def uptime_bps(*, answered: int, asked: int) -> int:
    """Return the share of rounds answered, rounded down; a device asked nothing yet has none."""
    return answered * 10_000 // asked if asked else 0
