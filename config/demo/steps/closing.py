"""The end of the story: remaining instalments, full repayment, the lenders' last close."""

from config.demo.actors import Call
from config.demo.stage import DAY_S, Stage
from config.demo.steps.lending import (
    INSTALMENTS,
    LONG_INSTALMENTS,
    collect,
    due_moment,
    month,
    prefund,
)
from config.demo.steps.pool import close_epoch
from config.demo.steps.setting import catch_up
from config.demo.steps.values import hold_round
from config.demo.waiting import wait_until
from lending import tasks
from lending.domain.loans import Status
from lending.models import Claimable, Loan
from lending.selectors.cards import card_words

CLOSED = (Status.CLOSED, Status.WRITTEN_OFF)


def remaining_months(stage: Stage) -> None:
    """All instalments but the last."""
    for index in range(2, INSTALMENTS):
        month(stage, index)
        stage.say(f"  instalment {index} collected")


def repay_all(stage: Stage) -> None:
    """At maturity borrowers repay from their own wallets; the workers return the collateral."""
    prefund(stage, INSTALMENTS, least_instalments=LONG_INSTALMENTS)
    stage.clock.advance_to(due_moment(INSTALMENTS))
    collect(INSTALMENTS)
    book = stage.chain.address("LoanBook")
    calls = []
    loans = list(Loan.objects.filter(status=Status.OPEN, instalments=INSTALMENTS))
    debts = stage.chain.calls([("LoanBook", "debtOf", (loan.pk,)) for loan in loans])
    for loan, debt in zip(loans, debts, strict=True):
        data = stage.chain.encode("LoanBook", "repay", loan.pk, debt + debt // 100 + 1_000_000)
        calls.append(Call(stage.cast.wallet(loan.borrower), book, data))
    stage.send(calls)
    tasks.close_repaid.delay()
    matured = Loan.objects.filter(instalments=INSTALMENTS)
    wait_until(
        what="the collateral to be returned",
        done=lambda: not matured.exclude(status__in=CLOSED).exists(),
        limit_s=120,
    )
    _collect_what_is_owed(stage)


def _collect_what_is_owed(stage: Stage) -> None:
    """Borrowers fetch surplus from auctions and cash that they prefunded and did not need."""
    book, calls = stage.chain.address("LoanBook"), []
    for row in Claimable.objects.filter(amount__gt=0):
        data = stage.chain.encode("LoanBook", "claim", row.lane_id)
        calls.append(Call(stage.cast.wallet(row.party), book, data))
    for loan in Loan.objects.filter(prefunded__gt=0, status__in=CLOSED):
        data = stage.chain.encode(
            "LoanBook", "withdrawPrefunded", loan.pk, loan.prefunded, card_words(loan)
        )
        calls.append(Call(stage.cast.wallet(loan.borrower), book, data))
    stage.send(calls)
    catch_up(stage)


def last_close(stage: Stage) -> None:
    """Close the epoch once more, so that lenders see what was earned; value what goes on."""
    close_epoch(stage, due_moment(INSTALMENTS) + 2 * DAY_S)
    hold_round(stage, due_moment(INSTALMENTS) + 2 * DAY_S)
    catch_up(stage)
