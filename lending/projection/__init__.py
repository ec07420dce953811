"""How the chain's events become rows. Handlers run in order, inside the reader's transaction.

State is never copied from the chain: each handler applies the same maths as the contract, so
that a reconciliation compares two computations.
"""

from lending.projection import auctions, batches, loans, pledges, pool, terms, tokens
from settlement.projection import register

HANDLERS = {
    "LoanBook": loans.HANDLERS | pledges.HANDLERS | batches.HANDLERS,
    "AuctionHouse": auctions.HANDLERS,
    "LendingPool": pool.HANDLERS,
    "RiskTerms": terms.RISK_HANDLERS,
    "ValuationOracle": terms.ORACLE_HANDLERS,
    **{share: {"Transfer": pool.on_shares_moved} for share in pool.SHARES},
    "TestStablecoin": {"Transfer": tokens.on_transfer},
    "TestRestakingToken": {"Transfer": tokens.on_transfer},
}


def register_all() -> None:
    """Tell the event reader which handler takes which event."""
    for contract, handlers in HANDLERS.items():
        for name, handler in handlers.items():
            register(contract, name, handler)
    for name, handler in pool.LOAN_BOOK_HANDLERS.items():
        register("LoanBook", name, handler)
