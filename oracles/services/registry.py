"""What the registry of assets says of prices: attested values, published sales, attested rent."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.db.models import Exists, OuterRef, Q

from collateral.models import Asset
from collateral.models.assets import ON_CHAIN
from oracles.domain.quantities import LEDGER_DECIMALS, ObservationKind, Unit
from oracles.models import Observation, SourceKind
from oracles.services.observations import (
    NewObservation,
    RecordReport,
    ensure_source,
    record_observations,
)

ATTESTED = "attested"
PUBLISHED = "published-sales"
_RENTS = (("hourly_income_units", Unit.USD_PER_HOUR), ("monthly_income_units", Unit.USD_PER_MONTH))


def observe_registry(*, now: int) -> RecordReport:
    """Record what verifiers attested of minted assets; ``now`` is chain time. Safe to repeat.

    The appraisal is the lowest value of the quorum. Rent is part of the evidence that the quorum
    signed, so it counts from the same day.
    """
    ensure_source(slug=ATTESTED, name="Attested by verifiers", kind=SourceKind.REGISTRY)
    ensure_source(slug=PUBLISHED, name="Published sales", kind=SourceKind.PUBLISHED)
    found = [one for asset in _unobserved() for one in _observations_of(asset)]
    return record_observations(observations=found, now=now)


def _unobserved() -> Iterator[Asset]:
    """Return minted assets with something to say that has not been recorded."""
    recorded = Observation.objects.filter(
        asset=OuterRef("pk"), source__slug=ATTESTED, observed_at=OuterRef("attested_at")
    )
    telling = Q(appraisal_cap_units__gt=0) | Q(attributes__has_any_keys=[key for key, _ in _RENTS])
    assets = Asset.objects.filter(telling, ~Exists(recorded), status__in=ON_CHAIN)
    return (
        assets.filter(attested_at__isnull=False)
        .only("pk", "appraisal_cap_units", "attested_at", "attributes", "price_units", "publisher")
        .iterator(chunk_size=2_000)
    )


def _observations_of(asset: Asset) -> Iterator[NewObservation]:
    attested_at = asset.attested_at or 0
    if asset.appraisal_cap_units:
        yield _observation(
            asset, ATTESTED, ObservationKind.APPRAISAL, asset.appraisal_cap_units, attested_at
        )
    for key, unit in _RENTS:
        rent = asset.attributes.get(key)
        if rent is not None:
            kind = ObservationKind.RENTAL_INCOME
            yield _observation(asset, ATTESTED, kind, rent, attested_at, unit=unit)
            break
    sold_on = asset.attributes.get("sold_on")
    if asset.publisher and asset.price_units and sold_on:
        sold_at = _start_of_day(sold_on)
        yield _observation(asset, PUBLISHED, ObservationKind.SALE, asset.price_units, sold_at)


def _observation(
    asset: Asset,
    source: str,
    kind: ObservationKind,
    value: object,
    observed_at: int,
    *,
    unit: Unit = Unit.USD,
) -> NewObservation:
    return NewObservation(
        source=source,
        kind=kind,
        value=value,
        unit=unit,
        scale=LEDGER_DECIMALS,
        observed_at=observed_at,
        asset_id=asset.pk,
    )


def _start_of_day(day: str) -> int:
    return int(datetime.combine(date.fromisoformat(day), time.min, tzinfo=UTC).timestamp())
