"""Grace stands still in a pause on the chain and in the database alike (rule C5)."""

from contracts.wallet import development_wallet
from lending.models import Loan
from lending.selectors import pauses
from lending.selectors.cards import card_words
from lending.services import charge_missed, reconcile
from settlement.selectors import chain_time
from tests.chain.lending.market import DAY, ETHER, MNEMONIC, MONTH, USD

HOUR = 3_600


# @custom:invariant C5c
def test_both_sides_lengthen_a_grace_by_the_pauses_within_it(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    due = loan.state.plan().due_at(1)
    market.wait(MONTH + DAY)
    during = pause_for(market, 2 * DAY)
    end = due + loan.grace_period + sum(ends - began for began, ends in pauses().spans)

    market.wait(end - HOUR - chain_time())
    before = found(market, loan)
    market.wait(HOUR)
    after = found(market, loan)

    assert end >= due + loan.grace_period + 2 * DAY
    assert during == []
    assert before == (False, 0, [])
    assert after == (True, 1, [])
    assert Loan.objects.get(pk=loan.pk).charged_through == 1


def pause_for(market, seconds: int) -> list[str]:
    """Have the guardian pause for so long; return what differed before the end."""
    guardian = development_wallet(MNEMONIC, "guardian")
    market.chain.rpc.request("anvil_setBalance", guardian.address, hex(10**21))
    market.send(guardian, "ValuationOracle", "pause")
    market.wait(seconds)
    differences = reconcile(chain=market.chain).differences
    market.send(guardian, "ValuationOracle", "resume")
    market.run()
    return differences


def found(market, loan: Loan) -> tuple[bool, int, list[str]]:
    """Return whether the chain holds it overdue, the late fees that are due, what differs then."""
    overdue = market.chain.call("LoanBook", "isOverdue", loan.pk, card_words(loan))
    charged = charge_missed(now=chain_time())
    market.run()
    return overdue, charged, reconcile(chain=market.chain).differences
