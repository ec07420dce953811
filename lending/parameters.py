"""The numbers that the contracts were deployed with and that never change."""

from dataclasses import dataclass

from contracts.deployment_record import load

LEDGER_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class OracleParameters:
    """Seconds."""

    ttl: int
    void_window: int


@dataclass(frozen=True, kw_only=True)
class PoolParameters:
    """An epoch in seconds, the senior rate in basis points a year."""

    epoch: int
    senior_rate_bps: int


def oracle_parameters() -> OracleParameters:
    """Return the oracle's numbers."""
    oracle = load().parameters["oracle"]
    return OracleParameters(ttl=oracle["ttl_s"], void_window=oracle["void_window_s"])


def pool_parameters() -> PoolParameters:
    """Return the pool's numbers."""
    pool = load().parameters["pool"]
    return PoolParameters(epoch=pool["epoch_s"], senior_rate_bps=pool["senior_rate_bps"])


def ledger_unit() -> int:
    """Return the base units of the stablecoin in one ledger unit."""
    decimals = int(load().parameters["stablecoin"]["decimals"])
    return int(10 ** max(0, decimals - LEDGER_DECIMALS))


def minimum_payment_units() -> int:
    """Return the least payment that does not close a debt, ledger units (rule D1)."""
    return int(load().parameters["loan_book"]["minimum_payment_units"])
