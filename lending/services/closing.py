"""Ends: collateral of repaid loans goes home, and the pool's epochs close."""

from contracts.domain.words import Kind
from lending.domain.loans import Status
from lending.models import Loan, PoolState
from lending.parameters import pool_parameters
from lending.selectors.cards import cards_of
from lending.services.attempts import next_key
from lending.services.collecting import MOST_FAILED_IN_ROW
from settlement.services import NewOperation, intake, submit_call

MOST_ATTEMPTS = 5


def close_repaid() -> int:
    """Queue the close of every repaid loan; return how many are new."""
    repaid = Loan.objects.filter(status=Status.REPAID, failed_in_row__lt=MOST_FAILED_IN_ROW)
    loans = list(repaid)
    cards = cards_of(loans)
    return intake(
        operations=[
            NewOperation(
                client_key=f"close:{loan.pk}:{loan.operations}",
                kind=Kind.CLOSE,
                loan_id=loan.pk,
                card=cards[loan.pk],
            )
            for loan in loans
        ]
    )


def close_epoch(*, now: int) -> bool:
    """Ask for the close of the pool's epoch once it has ended; return whether it was asked now."""
    pool = PoolState.objects.filter(id=1).first()
    if pool is None or now < pool.epoch_started_at + pool_parameters().epoch:
        return False
    key = next_key(f"epoch:{pool.epoch}:{pool.epoch_started_at}", most=MOST_ATTEMPTS)
    if key is None:
        return False
    submit_call(
        client_key=key, kind="close_epoch", contract="LendingPool", function="closeEpoch", args=[]
    )
    return True
