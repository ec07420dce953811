"""The initial parameters that are committed with the contracts, as their constructors take them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

GENESIS_FILE = Path(__file__).resolve().parent / "genesis.json"
Genesis = Mapping[str, Any]
# Stands for the whole market among the classes that have a cap.
MARKET = 0


def load_genesis() -> dict[str, Any]:
    """Return the initial parameters."""
    genesis: dict[str, Any] = json.loads(GENESIS_FILE.read_text())
    return genesis


def named(token: Genesis) -> tuple[str, str]:
    """Return name and symbol of a token."""
    return token["name"], token["symbol"]


def risk_rows(genesis: Genesis) -> list[dict[str, Any]]:
    """Return the rows of `RiskTerms`: the market, which has a cap alone, and its classes."""
    no_terms = {
        name: type(value)() for name, value in class_terms(genesis["classes"][0]["terms"]).items()
    }
    market = _risk_row(MARKET, no_terms, genesis["market"])
    classes = (_risk_row(row["id"], class_terms(row["terms"]), row) for row in genesis["classes"])
    return [market, *classes]


def _risk_row(class_id: int, terms: Genesis, caps: Genesis) -> dict[str, Any]:
    return {
        "classId": class_id,
        "terms": terms,
        "startCap": caps["start_cap_units"],
        "cap": caps["cap_units"],
    }


def class_terms(terms: Genesis) -> dict[str, Any]:
    """Return the fields of `ClassTerms` under their Solidity names."""
    return {
        "enabled": terms["enabled"],
        "mustAmortise": terms["must_amortise"],
        "maxLtvBps": terms["max_ltv_bps"],
        "liquidationLtvBps": terms["liquidation_ltv_bps"],
        "baseRateBps": terms["base_rate_bps"],
        "rateSlopeBps": terms["rate_slope_bps"],
        "moveLimitBps": terms["move_limit_bps"],
        "lateFeeBps": terms["late_fee_bps"],
        "auctionStartBps": terms["auction_start_bps"],
        "recoveryBps": terms["recovery_bps"],
        "gracePeriod": terms["grace_period_s"],
        "cureWindow": terms["cure_window_s"],
        "auctionDuration": terms["auction_duration_s"],
        "freshFor": terms["fresh_for_s"],
        "maxTenor": terms["max_tenor_s"],
    }


def asset_classes(genesis: Genesis) -> list[tuple[int, int, int, int]]:
    """Return the classes that can be minted: restaking tokens need no verifier and no token."""
    return [
        (row["id"], row["required_roles"], row["max_validity_s"], row["bond_factor"])
        for row in genesis["classes"]
        if row["required_roles"]
    ]


def verifier_numbers(genesis: Genesis) -> tuple[int, ...]:
    """Return the fields of `BondParameters`."""
    verifiers = genesis["verifiers"]
    amounts = ("minimum_bond", "initial_cap", "daily_growth", "challenge_bond")
    times = ("challenge_window", "unbonding_delay", "ruling_window")
    return (
        *(verifiers[f"{name}_units"] for name in amounts),
        *(verifiers[f"{name}_s"] for name in times),
    )


def oracle_numbers(genesis: Genesis) -> tuple[int, ...]:
    """Return the fields of `OracleParameters`."""
    oracle = genesis["oracle"]
    names = ("threshold", "min_interval_s", "ttl_s", "void_window_s", "void_cooldown_s")
    return tuple(oracle[name] for name in names)


def bond_terms(genesis: Genesis, stablecoin: str, treasury: str) -> tuple[str, int, str]:
    """Return the fields of `BondTerms`."""
    return stablecoin, genesis["oracle"]["minimum_bond_units"], treasury


def timelock_numbers(genesis: Genesis) -> tuple[int, int]:
    """Return the timelock's delay and the pool's epoch, of which it outlasts two (rule G1)."""
    return genesis["governance"]["timelock_delay_s"], genesis["pool"]["epoch_s"]


def voting_terms(genesis: Genesis) -> tuple[int, int, int, int]:
    """Return the fields of `VotingTerms`."""
    voting = genesis["governance"]
    threshold = voting["proposal_threshold_votes"] * 10**18
    return (
        voting["voting_delay_s"],
        voting["voting_period_s"],
        threshold,
        voting["quorum_percent"],
    )


def book_numbers(genesis: Genesis) -> tuple[int, int]:
    """Return minimum payment (ledger units) and cures a year."""
    book = genesis["loan_book"]
    return book["minimum_payment_units"], book["cures_per_year"]


def pool_numbers(genesis: Genesis) -> tuple[int, ...]:
    """Return the fields of `PoolParameters`."""
    pool = genesis["pool"]
    names = (
        "epoch_s",
        "senior_rate_bps",
        "min_subordination_bps",
        "liquidity_buffer_bps",
        "reservation_deposit_bps",
    )
    return tuple(pool[name] for name in names)
