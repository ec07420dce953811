"""Which observations may move a value. Whatever is refused is kept, with its code."""

import re
from dataclasses import dataclass

from oracles.domain.errors import ObservationRefused
from oracles.domain.parameters import (
    CLASS_MODELS,
    CURRENCY_CLASS_ID,
    DERIVED,
    LRT_CLASS_ID,
    MAX_CLOCK_SKEW_S,
    MAX_JUMP_FACTOR,
    MAX_RATE,
    MAX_RATE_JUMP_FACTOR,
    MIN_RATE,
    RESTAKING,
)
from oracles.domain.quantities import (
    BPS,
    MAX_SCALE,
    UNITS_OF_KIND,
    ObservationKind,
    Unit,
    base_amount,
)

_DIGITS = re.compile(r"[0-9]{1,78}", re.ASCII)
_LOOKS_LIKE_A_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' _]*", re.ASCII)
PRICES = DERIVED | {ObservationKind.APPRAISAL, ObservationKind.SALE, ObservationKind.COMPARABLE}
_OF_ASSETS = PRICES | {ObservationKind.FORCED_SALE, ObservationKind.CAP}
_KINDS_OF_TOKENS = frozenset(
    {
        *(ObservationKind.MARKET, ObservationKind.NAV, ObservationKind.INDEX),
        *(ObservationKind.WRAP_DEPTH, ObservationKind.BACKING, ObservationKind.SLASHING),
    }
)
# Shares and counts of restaking tokens by their largest value, in base units; zero says something.
_LARGEST = {
    ObservationKind.WRAP_DEPTH: 100,
    ObservationKind.BACKING: 100 * BPS,
    ObservationKind.SLASHING: BPS,
}


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One accepted observation as a snapshot carries it: ``value · 10^-scale`` of ``unit``."""

    source: str
    kind: ObservationKind
    value: int
    unit: Unit
    scale: int
    observed_at: int
    raw_hash: str

    @property
    def amount(self) -> int:
        """The value in base units: 1e-6 USD (per hour or month for rents), or wei."""
        return base_amount(value=self.value, unit=self.unit, scale=self.scale)


def read_value(raw: object) -> int:
    """Return the whole number that was given, as an int or as digits; nothing is guessed."""
    if isinstance(raw, bool) or not isinstance(raw, int | str | float):
        raise ObservationRefused(
            "NOT_A_NUMBER", f"A value is a whole number, not {type(raw).__name__}."
        )
    if isinstance(raw, float):
        code = "NOT_AN_INTEGER" if raw == raw and abs(raw) != float("inf") else "NOT_A_NUMBER"
        raise ObservationRefused(
            code, f"{raw!r} is a float; send a whole number and say its scale."
        )
    if isinstance(raw, int):
        return raw
    text = raw.strip()
    if _DIGITS.fullmatch(text):
        return int(text)
    if text.startswith("-") and _DIGITS.fullmatch(text[1:]):
        return int(text)
    if _LOOKS_LIKE_A_NUMBER.fullmatch(text):
        raise ObservationRefused(
            "AMBIGUOUS_NUMBER",
            f"{text[:40]!r} can be read in more than one way; send digits only and say the scale.",
        )
    raise ObservationRefused("NOT_A_NUMBER", f"{text[:40]!r} is no number.")


def kinds_of_class(class_id: int) -> frozenset[ObservationKind]:
    """Return the kinds of observations that the model of a class uses."""
    if class_id == LRT_CLASS_ID:
        return _KINDS_OF_TOKENS
    if class_id == CURRENCY_CLASS_ID:
        return frozenset({ObservationKind.EXCHANGE_RATE})
    model = CLASS_MODELS.get(class_id)
    if model is None:
        raise ObservationRefused("CLASS_UNKNOWN", f"Class {class_id} has no valuation model.")
    return _OF_ASSETS | {ObservationKind.RENTAL_INCOME} if model.income else _OF_ASSETS


def check(observation: Observation, *, class_id: int, now: int, last_amount: int | None) -> None:
    """Refuse what may not move a value; ``last_amount`` is what the same source said before.

    ``now`` is chain time; a clock may be ahead of it by a minute.
    """
    _check_kind(observation, class_id)
    _check_time(observation, now)
    amount = observation.amount
    if observation.kind in _LARGEST:
        _check_share(observation, amount)
        return
    if observation.value <= 0:
        raise ObservationRefused(
            "NOT_POSITIVE", f"The value is {observation.value}; an observation is above zero."
        )
    _check_size(observation, class_id, amount)
    _check_jump(observation, amount, last_amount)


def _check_jump(observation: Observation, amount: int, last_amount: int | None) -> None:
    """Refuse what is too far from the source's last word; people may cap as they find right."""
    is_rate = observation.kind == ObservationKind.EXCHANGE_RATE
    factor = MAX_RATE_JUMP_FACTOR if is_rate else MAX_JUMP_FACTOR
    if last_amount is None or observation.kind == ObservationKind.CAP:
        return
    if not (last_amount <= amount * factor and amount <= last_amount * factor):
        raise ObservationRefused(
            "JUMP",
            f"The value is more than {factor} times away from what {observation.source} "
            "last said. Check unit and scale; if it is right, report it under a new source.",
        )


def _check_kind(observation: Observation, class_id: int) -> None:
    kind = observation.kind
    if kind == ObservationKind.TOKEN_REWARD:
        raise ObservationRefused(
            "NOT_DEMAND_PAID",
            "Rewards that a network mints are no income; report what users pay as rental_income.",
        )
    if kind not in kinds_of_class(class_id):
        raise ObservationRefused(
            "KIND_NOT_USED", f"The model of class {class_id} does not use {kind} observations."
        )
    if observation.unit not in UNITS_OF_KIND[kind]:
        allowed = ", ".join(sorted(UNITS_OF_KIND[kind]))
        raise ObservationRefused(
            "UNIT_MISMATCH",
            f"A {kind} observation is in {allowed}, not {observation.unit}.",
        )
    if not 0 <= observation.scale <= MAX_SCALE:
        raise ObservationRefused(
            "BAD_SCALE", f"Scale {observation.scale} is outside 0 to {MAX_SCALE} decimals."
        )


def _check_time(observation: Observation, now: int) -> None:
    if observation.observed_at <= 0:
        raise ObservationRefused(
            "BAD_TIME", f"{observation.observed_at} is no moment in unix seconds."
        )
    if observation.observed_at > now + MAX_CLOCK_SKEW_S:
        raise ObservationRefused(
            "FUTURE_DATED",
            f"It was observed at {observation.observed_at}, after the chain's time {now}.",
        )


def _check_share(observation: Observation, amount: int) -> None:
    largest = _LARGEST[observation.kind]
    if not observation.value >= 0 or amount > largest:
        raise ObservationRefused(
            "OUT_OF_BOUNDS", f"{observation.kind} is {amount}; it lies from 0 to {largest}."
        )


def _check_size(observation: Observation, class_id: int, amount: int) -> None:
    if class_id == CURRENCY_CLASS_ID:
        if not MIN_RATE <= amount <= MAX_RATE:
            raise ObservationRefused(
                "OUT_OF_BOUNDS",
                f"{amount} times 1e-12 USD for one is outside {MIN_RATE} to {MAX_RATE}. Say what "
                "one unit of the currency is worth in dollars, not the other way round.",
            )
        return
    if amount == 0:
        raise ObservationRefused(
            "TOO_SMALL", "The value is less than one base unit (1e-6 USD, or one wei)."
        )
    if observation.kind == ObservationKind.NAV or observation.unit == Unit.ETH:
        low, high = RESTAKING.min_nav_wei, RESTAKING.max_nav_wei
        if not low <= amount <= high:
            raise ObservationRefused(
                "OUT_OF_BOUNDS",
                f"{amount} wei of ether per token is outside {low} to {high}.",
            )
        return
    limit = (
        RESTAKING.max_value_units
        if class_id == LRT_CLASS_ID
        else CLASS_MODELS[class_id].max_value_units
    )
    if amount > limit:
        raise ObservationRefused(
            "TOO_LARGE", f"{amount} ledger units is above the class's limit of {limit}."
        )
