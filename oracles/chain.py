"""What the oracle contract's deployment says: its address, and how many must sign."""

from dataclasses import dataclass

from contracts.deployment_record import load


@dataclass(frozen=True, kw_only=True)
class OracleTerms:
    """Where rounds are published and what a round needs; times in seconds."""

    chain_id: int
    address: str
    threshold: int
    min_interval_s: int
    ttl_s: int


def oracle_terms() -> OracleTerms:
    """Return the terms of the deployed oracle contract, which are fixed for its life."""
    deployment = load()
    terms = deployment.parameters["oracle"]
    return OracleTerms(
        chain_id=deployment.chain_id,
        address=deployment.address("ValuationOracle"),
        threshold=int(terms["threshold"]),
        min_interval_s=int(terms["min_interval_s"]),
        ttl_s=int(terms["ttl_s"]),
    )
