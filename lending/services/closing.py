"""Ends: collateral of repaid loans goes home, and the pool's epochs close."""

from contracts.domain.words import Kind
from lending.domain.loans import Status
from lending.models import Loan, PoolState
from lending.parameters import pool_parameters
from lending.services.attempts import next_key
from lending.services.collecting import MOST_FAILED_IN_ROW
from settlement.services import NewOperation, intake, submit_call

MOST_ATTEMPTS = 5


def close_repaid() -> int:
    """Queue the close of every repaid loan; return how many are new."""
    loans = Loan.objects.filter(status=Status.REPAID, failed_in_row__lt=MOST_FAILED_IN_ROW)
    return intake(
        operations=[
            NewOperation(
                client_key=f"close:{loan_id}:{operations}", kind=Kind.CLOSE, loan_id=loan_id
            )
            for loan_id, operations in loans.values_list("pk", "operations")
        ]
    ).accepted


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
