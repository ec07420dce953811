"""Quotes of a liquid restaking token: NAV, market and the price of ether in one go."""

from dataclasses import dataclass

from oracles.domain.quantities import LEDGER_DECIMALS, WEI_DECIMALS, ObservationKind, Unit
from oracles.services.observations import NewObservation, RecordReport, record_observations


@dataclass(frozen=True, kw_only=True)
class TokenQuote:
    """What a source says of one token at one moment, in unix seconds.

    ``nav_wei`` is ether behind one token; the market price of one token and the price of one
    ether are ledger units (1e-6 USD).
    """

    token: str
    source: str
    nav_wei: int
    market_units: int
    ether_units: int
    observed_at: int


def observe_token(*, quote: TokenQuote, now: int) -> RecordReport:
    """Record a quote as its three observations; ``now`` is chain time."""
    parts = (
        (ObservationKind.NAV, quote.nav_wei, Unit.ETH, WEI_DECIMALS),
        (ObservationKind.MARKET, quote.market_units, Unit.USD, LEDGER_DECIMALS),
        (ObservationKind.INDEX, quote.ether_units, Unit.USD, LEDGER_DECIMALS),
    )
    return record_observations(
        observations=[
            NewObservation(
                source=quote.source,
                token=quote.token,
                kind=kind,
                value=value,
                unit=unit,
                scale=scale,
                observed_at=quote.observed_at,
            )
            for kind, value, unit, scale in parts
        ],
        now=now,
    )
