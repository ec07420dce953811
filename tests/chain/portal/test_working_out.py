"""From a borrower's question to a vote's answer, through the calls that the portal hands out."""

from contracts.wallet import development_wallets
from governance.domain.voting import SUPPLY_WEI, Standing, Support
from governance.models import Proposal, VoteHolder
from governance.selectors import execute_call, queue_call, vote_call
from lending.domain.loans import Status
from lending.domain.schedule import ScheduleKind
from lending.models import Loan
from lending.services import (
    NewTerms,
    call_loans,
    charge_missed,
    offer_workout,
    reconcile,
    workout_terms,
)
from portal.acts.workouts import proposal_call
from settlement.selectors import chain_time
from tests.chain.lending.market import DAY, ETHER, MNEMONIC, MONTH, USD


def test_a_called_loan_gets_the_terms_that_its_borrower_asked_for_and_a_vote_gave(market):
    loan = overdue_and_called(market)
    offer = ask(market, loan)
    (governor,) = development_wallets(MNEMONIC, "governor", 1)
    market.chain.rpc.request("anvil_setBalance", governor.address, hex(10**21))

    call = proposal_call(loan).transactions[0]
    market._send(governor, call.to, bytes.fromhex(call.data[2:]))
    market.run()
    decide(market, governor)

    proposal, holder = Proposal.objects.get(), VoteHolder.objects.get(pk=governor.address)
    loan.refresh_from_db()
    offer.refresh_from_db()
    assert proposal.ballot.standing(chain_time()) == Standing.EXECUTED
    assert holder.balance == holder.votes == proposal.votes_for == SUPPLY_WEI
    assert market.chain.call("BallastGovernor", "quorum", proposal.vote_start) == proposal.quorum
    assert (loan.status, loan.rate_bps, loan.instalments) == (Status.CALLED, 300, 6)
    assert offer.agreed_at == loan.called_at
    assert reconcile(chain=market.chain).differences == []


def overdue_and_called(market) -> Loan:
    loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    market.wait(MONTH + 12 * DAY)
    charge_missed(now=chain_time())
    market.run()
    call_loans(now=chain_time())
    market.run()
    called = Loan.objects.get(pk=loan.pk)
    assert called.status == Status.CALLED
    return called


def ask(market, loan: Loan):
    terms = NewTerms(
        rate_bps=300,
        schedule=ScheduleKind.AMORTISING,
        instalments=6,
        interval=MONTH,
        grace_period=10 * DAY,
        cure_window=5 * DAY,
        late_fee_bps=0,
    )
    now = chain_time()
    given = {"loan_id": loan.pk, "borrower": loan.borrower, "now": now}
    typed = workout_terms(terms=terms, deadline=now + 45 * DAY, **given)
    return offer_workout(
        workout=typed["message"],
        signature="0x" + market.borrower.sign_typed_data(typed).hex(),
        reason="The harvest came late.",
    )


def decide(market, governor) -> None:
    """Vote, queue and execute by the portal's own calls, each at the first moment it may be."""
    proposal = Proposal.objects.get()
    wait_until(market, proposal.vote_start + 1)
    voted = {"proposal": proposal, "voter": governor.address, "support": Support.FOR}
    send(market, governor, vote_call(**voted, reason="It can pay.", now=chain_time()))
    proposal.refresh_from_db()
    wait_until(market, proposal.vote_end + 1)
    send(market, governor, queue_call(proposal=proposal, now=chain_time()))
    proposal.refresh_from_db()
    wait_until(market, proposal.executable_from)
    send(market, governor, execute_call(proposal=proposal, now=chain_time()))


def wait_until(market, moment: int) -> None:
    market.wait(max(1, moment - chain_time()))


def send(market, wallet, deed) -> None:
    _, ((contract, function, arguments),) = deed
    market.send(wallet, contract, function, *arguments)
    market.run()
