"""How the chain's events become rows. Handlers run in order, inside the reader's transaction.

State is never copied from the chain: each handler applies the same maths as the contract, so
that a reconciliation compares two computations.
"""

from lending import models
from lending.projection import auctions, batches, ledger, loans, pledges, pool, rooms, terms, tokens
from settlement.projection import (
    Projected,
    register,
    register_preparer,
    register_rows,
    register_table,
    register_writer,
)

HANDLERS = {
    "LoanBook": loans.HANDLERS | pledges.HANDLERS | batches.HANDLERS | rooms.HANDLERS,
    "AuctionHouse": auctions.HANDLERS,
    "LendingPool": pool.HANDLERS,
    "RiskTerms": terms.RISK_HANDLERS,
    "ValuationOracle": terms.ORACLE_HANDLERS,
    **{share: {"Transfer": pool.on_shares_moved} for share in pool.SHARES},
    "TestStablecoin": {"Transfer": tokens.on_transfer},
    "TestRestakingToken": {"Transfer": tokens.on_transfer},
}


# Handlers that look at loans and lanes through the ledger only.
IN_MEMORY = (
    batches.on_batch_settled,
    loans.on_cash_moved,
    loans.on_charged,
    loans.on_collected,
    loans.on_income_kept,
    loans.on_loan_opened,
    loans.on_prefund_withdrawn,
    loans.on_prefunded,
    loans.on_repaid,
    pledges.on_lrt_pledged,
    pledges.on_pledged,
)
# What events alone make; rows that refer to others come before them.
ROWS = (
    models.AuctionLot,
    models.LoanEntry,
    models.LoanCollateral,
    models.Loan,
    models.Claimable,
    models.Shortfall,
    models.TokenBalance,
    models.ClassRoom,
    models.Lane,
    models.PoolFill,
    models.PoolPosition,
    models.PoolEpoch,
    models.PoolState,
    models.ClassTerms,
    models.RateCurve,
    models.OracleClock,
    models.ProtocolPause,
)


def register_all() -> None:
    """Tell the event reader which handler takes which event, and what handlers write."""
    register_rows(*ROWS)
    register_table(
        Projected(
            model=models.TermsRequest,
            fields=("borrower", "lane_number", "nonce", "loan_id"),
            reset=forget_openings,
        )
    )
    register_table(
        Projected(
            model=models.WorkoutOffer,
            fields=("loan_id", "nonce", "agreed_at"),
            reset=forget_agreements,
        )
    )
    register_preparer(ledger.prepare)
    for part in (ledger, tokens):
        register_writer(part.finish, part.discard)
    for contract, handlers in HANDLERS.items():
        for name, handler in handlers.items():
            by_itself = handler in IN_MEMORY or handler is tokens.on_transfer
            register(contract, name, handler if by_itself else ledger.settled_first(handler))
    for name, handler in pool.LOAN_BOOK_HANDLERS.items():
        register("LoanBook", name, ledger.settled_first(handler))


def forget_openings() -> None:
    """Take signed requests back to where no loan is known to have been opened on them."""
    models.TermsRequest.objects.filter(loan__isnull=False).update(
        status=models.RequestStatus.SENT, loan=None
    )


def forget_agreements() -> None:
    """Take offered workouts back to where no vote has given them."""
    models.WorkoutOffer.objects.filter(agreed_at__gt=0).update(agreed_at=0)
