"""Value of one liquid restaking token: the lower of capped NAV and market, less a haircut."""

from collections.abc import Sequence
from dataclasses import dataclass

from oracles.domain.appraised import newest_by_source
from oracles.domain.movement import grown
from oracles.domain.observations import Observation
from oracles.domain.parameters import RestakingModel
from oracles.domain.quantities import BPS, WEI, ObservationKind, Unit
from oracles.domain.statistics import weighted_median_down


@dataclass(frozen=True, kw_only=True)
class TokenEstimate:
    """Ledger units for 10^18 base units, the NAV used, and how far the market is from it."""

    value: int
    lower: int
    nav_wei: int
    band_bps: int
    observed_at: int
    valid_until: int
    sources: int


def value_token(
    observations: Sequence[Observation],
    *,
    model: RestakingModel,
    observed_at: int,
    previous_nav_wei: int | None,
    elapsed_s: int,
) -> TokenEstimate | None:
    """Return the token's value, or None unless NAV, market and ether price are all fresh."""
    since = observed_at - model.valid_for_s
    fresh = [one for one in observations if one.observed_at > since]
    navs = _of_kind(fresh, ObservationKind.NAV)
    markets = _of_kind(fresh, ObservationKind.MARKET)
    indices = _of_kind(fresh, ObservationKind.INDEX)
    if not (navs and markets and indices):
        return None
    ether_units = _middle([one.amount for one in indices])
    nav_wei = _middle([one.amount for one in navs])
    if previous_nav_wei is not None:
        nav_wei = grown(
            target=nav_wei,
            previous=previous_nav_wei,
            bps_day=model.nav_growth_bps_day,
            elapsed_s=elapsed_s,
        )
    nav_units = nav_wei * ether_units // WEI
    market_units = _middle([_price_units(one, ether_units) for one in markets])
    value = min(nav_units, market_units)
    if value == 0:
        return None
    used = [*navs, *markets, *indices]
    return TokenEstimate(
        value=value,
        lower=value * (BPS - model.haircut_bps) // BPS,
        nav_wei=nav_wei,
        band_bps=abs(market_units - nav_units) * BPS // nav_units,
        observed_at=max(one.observed_at for one in used),
        valid_until=_oldest_part(navs, markets, indices) + model.valid_for_s,
        sources=len({one.source for one in used}),
    )


def _of_kind(observations: Sequence[Observation], kind: ObservationKind) -> list[Observation]:
    return newest_by_source([one for one in observations if one.kind == kind])


def _oldest_part(*parts: list[Observation]) -> int:
    """Return the time of the part that is the oldest: it expires first and ends the value."""
    return min(max(one.observed_at for one in part) for part in parts)


def _price_units(observation: Observation, ether_units: int) -> int:
    if observation.unit == Unit.ETH:
        return observation.amount * ether_units // WEI
    return observation.amount


def _middle(amounts: Sequence[int]) -> int:
    return weighted_median_down([(amount, 1) for amount in amounts])
