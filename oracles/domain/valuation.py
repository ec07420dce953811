"""From one subject's observations and its last value to the value of this round."""

from collections.abc import Sequence
from dataclasses import dataclass

from oracles.domain.appraised import Estimate, appraise, capped
from oracles.domain.errors import OracleError
from oracles.domain.income import value_by_income
from oracles.domain.leaf import ValueLeaf, ValueStatus
from oracles.domain.movement import Previous, limited
from oracles.domain.observations import Observation
from oracles.domain.parameters import (
    CLASS_MODELS,
    LRT_CLASS_ID,
    RESTAKING,
    ClassModel,
)
from oracles.domain.quantities import BPS
from oracles.domain.restaking import TokenEstimate, value_token


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is valued: an asset token, or an ERC-20 by its address as a number."""

    asset_id: int
    class_id: int
    status: ValueStatus
    previous: Previous | None
    observations: tuple[Observation, ...]


@dataclass(frozen=True, kw_only=True)
class Valued:
    """The leaf, and where the estimate stood before the limit of movement held it back."""

    leaf: ValueLeaf
    model: str
    target_value: int
    target_lower: int
    sources: int
    nav_wei: int | None = None

    @property
    def held_back(self) -> bool:
        """Whether the limit of movement changed what is published."""
        return (self.target_value, self.target_lower) != (self.leaf.value, self.leaf.lower)


def value_subject(subject: Subject, *, observed_at: int, elapsed_s: int) -> Valued | None:
    """Return the value at ``observed_at``, or None where no fresh observation gives one.

    ``elapsed_s`` is the time since the round that ``subject.previous`` comes from.
    """
    known = tuple(one for one in subject.observations if one.observed_at <= observed_at)
    if subject.class_id == LRT_CLASS_ID:
        return _value_restaking(subject, known, observed_at=observed_at, elapsed_s=elapsed_s)
    model = CLASS_MODELS.get(subject.class_id)
    if model is None:
        raise OracleError("CLASS_UNKNOWN", f"Class {subject.class_id} has no valuation model.")
    estimate = _estimate(known, model)
    if estimate is None or estimate.observed_at + model.valid_for_s <= observed_at:
        return None
    return _held_back(subject, estimate, model=model, elapsed_s=elapsed_s)


def _estimate(observations: Sequence[Observation], model: ClassModel) -> Estimate | None:
    by = appraise if model.income is None else value_by_income
    return capped(by(observations, model=model), observations)


def _held_back(
    subject: Subject, estimate: Estimate, *, model: ClassModel, elapsed_s: int
) -> Valued:
    value, lower = estimate.value, estimate.lower
    previous = subject.previous
    if previous is not None:
        value = _limit(value, previous.value, model=model, elapsed_s=elapsed_s)
        lower = _limit(lower, previous.lower, model=model, elapsed_s=elapsed_s)
    leaf = ValueLeaf(
        asset_id=subject.asset_id,
        class_id=subject.class_id,
        status=_status(subject, estimate, lower=lower, model=model),
        value=value,
        lower=lower,
        observed_at=estimate.observed_at,
        valid_until=estimate.observed_at + model.valid_for_s,
    )
    return Valued(
        leaf=leaf,
        model=model.model,
        target_value=estimate.value,
        target_lower=estimate.lower,
        sources=estimate.sources,
    )


def _limit(target: int, previous: int, *, model: ClassModel, elapsed_s: int) -> int:
    return limited(
        target=target,
        previous=previous,
        bps_day=model.move_bps_day,
        cap_bps=model.move_cap_bps,
        elapsed_s=elapsed_s,
    )


def _status(subject: Subject, estimate: Estimate, *, lower: int, model: ClassModel) -> ValueStatus:
    """Return the asset's own status, or challenged while nobody should lend on the number.

    That is while sources disagree too much, or while the published bound is still above the
    estimate by more than a round may move: the fall is known, it only has not been published.
    """
    if subject.status != ValueStatus.VALID:
        return subject.status
    falling = (lower - estimate.lower) * BPS > lower * model.move_cap_bps
    return ValueStatus.CHALLENGED if estimate.disputed or falling else ValueStatus.VALID


def _value_restaking(
    subject: Subject,
    observations: Sequence[Observation],
    *,
    observed_at: int,
    elapsed_s: int,
) -> Valued | None:
    estimate = value_token(
        observations,
        model=RESTAKING,
        observed_at=observed_at,
        previous_nav_wei=subject.previous.nav_wei if subject.previous else None,
        elapsed_s=elapsed_s,
    )
    if estimate is None:
        return None
    leaf = ValueLeaf(
        asset_id=subject.asset_id,
        class_id=subject.class_id,
        status=_token_status(subject.status, estimate),
        value=estimate.value,
        lower=estimate.lower,
        observed_at=estimate.observed_at,
        valid_until=estimate.valid_until,
    )
    return Valued(
        leaf=leaf,
        model=RESTAKING.model,
        target_value=estimate.value,
        target_lower=estimate.lower,
        sources=estimate.sources,
        nav_wei=estimate.nav_wei,
    )


def _token_status(status: ValueStatus, estimate: TokenEstimate) -> ValueStatus:
    if status != ValueStatus.VALID:
        return status
    if estimate.band_bps > RESTAKING.freeze_band_bps or not estimate.eligible:
        return ValueStatus.FROZEN
    halted = estimate.band_bps > RESTAKING.halt_band_bps
    return ValueStatus.CHALLENGED if halted else ValueStatus.VALID
