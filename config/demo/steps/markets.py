"""What the world says of prices in the demo: calm until the shock."""

from collections.abc import Callable, Iterator

from collateral.domain.classes import class_by_code
from collateral.models import Asset
from config.demo.stage import Stage
from config.demo.waiting import DemoFailure
from oracles.domain.quantities import LEDGER_DECIMALS, ObservationKind, Unit
from oracles.models import SourceKind
from oracles.services import (
    NewObservation,
    TokenQuote,
    ensure_source,
    observe_token,
    record_observations,
)

Observe = Callable[[Stage, int], None]
BPS = 10_000
# Three independent voices for each market, each a little apart from the others.
VOICES = {"north": 9_900, "centre": 10_000, "south": 10_100}
RENTED = "gpu_server"
RENT_FALL_BPS = 4_500
RESTAKING_SOURCES = ("restaking-north", "restaking-south")
NAV_WEI = 1_034_000_000_000_000_000
ETHER_UNITS = 3_100_000_000


def stay_calm(stage: Stage, now: int) -> None:
    """Say nothing new."""


def open_markets(stage: Stage, now: int) -> None:
    """Rents agree with what the verifiers attested."""
    _speak(now, level_bps=BPS)


def fall(stage: Stage, now: int) -> None:
    """A new generation of servers almost halves the rents of the old one."""
    _speak(now, level_bps=BPS - RENT_FALL_BPS)


def quote_restaking(stage: Stage, now: int) -> None:
    """Two sources quote the restaking token, close to its net asset value."""
    token = stage.chain.address("TestRestakingToken")
    for slug in RESTAKING_SOURCES:
        ensure_source(
            slug=slug, name=slug.replace("-", " ").capitalize(), kind=SourceKind.MARKETPLACE
        )
        observe_token(
            quote=TokenQuote(
                token=token,
                source=slug,
                nav_wei=NAV_WEI,
                market_units=ETHER_UNITS * NAV_WEI // 10**18,
                ether_units=ETHER_UNITS,
                observed_at=now,
            ),
            now=now,
        )


def _speak(now: int, *, level_bps: int) -> None:
    report = record_observations(observations=_rents(now, level_bps), now=now)
    if report.refused:
        raise DemoFailure(f"The oracle refused a market's word: {report.refused[0].message}")


def _rents(now: int, level_bps: int) -> Iterator[NewObservation]:
    servers = list(Asset.objects.filter(class_id=class_by_code(RENTED).id, token_id__isnull=False))
    for voice, own_bps in VOICES.items():
        slug = f"gpu-rents-{voice}"
        ensure_source(slug=slug, name=f"GPU rents, {voice}", kind=SourceKind.MARKETPLACE)
        for asset in servers:
            hourly = asset.attributes.get("hourly_income_units")
            if hourly:
                value = int(hourly) * level_bps * own_bps // BPS**2
                kind, unit = ObservationKind.RENTAL_INCOME, Unit.USD_PER_HOUR
                yield _said(asset, slug, kind, value, unit, now)


def _said(
    asset: Asset, source: str, kind: ObservationKind, value: int, unit: Unit, now: int
) -> NewObservation:
    return NewObservation(
        source=source,
        kind=kind,
        value=value,
        unit=unit,
        scale=LEDGER_DECIMALS,
        observed_at=now,
        asset_id=asset.pk,
    )
