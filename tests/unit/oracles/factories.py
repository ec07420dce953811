"""Builders of domain objects with sensible defaults."""

import hashlib

from oracles.domain.leaf import Domain, ValueStatus
from oracles.domain.observations import Observation
from oracles.domain.parameters import model_set_hash
from oracles.domain.quantities import DAY_S, WEI, ObservationKind, Unit
from oracles.domain.snapshot import PreviousRound, snapshot_of
from oracles.domain.valuation import Subject

USD = 1_000_000
NOW = 1_800_000_000
ORACLE = "0x" + "11" * 20
LRT = int("22" * 20, 16)


def observation(
    value=100_000 * USD,
    *,
    source="attested",
    kind=ObservationKind.APPRAISAL,
    unit=Unit.USD,
    scale=6,
    observed_at=NOW - DAY_S,
):
    raw = hashlib.sha256(f"{source}{kind}{value}{observed_at}".encode()).hexdigest()
    return Observation(
        source=source,
        kind=kind,
        value=value,
        unit=unit,
        scale=scale,
        observed_at=observed_at,
        raw_hash=raw,
    )


def quote(nav_wei=WEI * 105 // 100, market_units=3_150 * USD, ether_units=3_000 * USD, **given):
    common = {"source": "exchange", "observed_at": NOW - 600} | given
    return (
        observation(nav_wei, kind=ObservationKind.NAV, unit=Unit.ETH, scale=18, **common),
        observation(market_units, kind=ObservationKind.MARKET, **common),
        observation(ether_units, kind=ObservationKind.INDEX, **common),
    )


def subject(*observations, asset_id=7, class_id=1, status=ValueStatus.VALID, previous=None):
    return Subject(
        asset_id=asset_id,
        class_id=class_id,
        status=status,
        previous=previous,
        observations=observations,
    )


def snapshot(*subjects, number=1, observed_at=NOW, previous=None):
    return snapshot_of(
        subjects,
        domain=Domain(chain_id=31_337, oracle=ORACLE, number=number),
        observed_at=observed_at,
        model_set_hash=model_set_hash().hex(),
        previous=previous,
    )


def previous_round(number=1, observed_at=NOW - DAY_S):
    return PreviousRound(number=number, root="0x" + "ab" * 32, observed_at=observed_at)
