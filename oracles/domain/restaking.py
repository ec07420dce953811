"""Value of one liquid restaking token: the lower of capped NAV and market, less haircuts.

The bound also pays for what slashing can take and for each wrap beyond the native token. A copy
on another chain counts only while a proof of its backing is fresh and full.
"""

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
    eligible: bool = True


@dataclass(frozen=True, kw_only=True)
class Structure:
    """How a token stands to its ether: the worst that any source says.

    ``backing_bps`` is None without a fresh proof.
    """

    depth: int
    backing_bps: int | None
    slashing_bps: int

    def eligible(self, model: RestakingModel) -> bool:
        """Return whether the token counts: not too deep, and backed in full where proof is due."""
        if self.backing_bps is not None and self.backing_bps < BPS:
            return False
        unproven = self.depth > model.native_depth and self.backing_bps is None
        return self.depth < model.max_depth and not unproven

    def lower_down(self, value: int, model: RestakingModel) -> int:
        """Return the value less all haircuts, rounded down."""
        wraps = max(0, self.depth - model.native_depth)
        kept = max(0, BPS - model.wrap_penalty_bps * wraps)
        return value * (BPS - model.haircut_bps) * (BPS - self.slashing_bps) * kept // (BPS**3)


def structure_of(
    observations: Sequence[Observation], *, model: RestakingModel, observed_at: int
) -> Structure:
    """Return what the sources' newest words say; a token nobody describes is taken as native."""
    depths = [one.amount for one in _of_kind(observations, ObservationKind.WRAP_DEPTH)]
    slashing = [one.amount for one in _of_kind(observations, ObservationKind.SLASHING)]
    proofs = [
        one.amount
        for one in _of_kind(observations, ObservationKind.BACKING)
        if observed_at - one.observed_at <= model.backing_valid_s
    ]
    return Structure(
        depth=max(depths, default=model.native_depth),
        backing_bps=min(proofs, default=None),
        slashing_bps=max(slashing, default=0),
    )


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
    structure = structure_of(observations, model=model, observed_at=observed_at)
    return TokenEstimate(
        value=value,
        lower=structure.lower_down(value, model),
        nav_wei=nav_wei,
        band_bps=abs(market_units - nav_units) * BPS // nav_units,
        observed_at=max(one.observed_at for one in used),
        valid_until=_oldest_part(navs, markets, indices) + model.valid_for_s,
        sources=len({one.source for one in used}),
        eligible=structure.eligible(model),
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
