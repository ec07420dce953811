"""What a vote does to a lane and to a loan: both sides follow, to the unit."""

from contracts.typed_data import loan_workout
from lending.domain.loans import Status
from lending.models import Lane, Loan
from lending.selectors.cards import card_words
from lending.services import call_loans, charge_missed, reconcile
from settlement.selectors import chain_time
from tests.chain.governing import enact
from tests.chain.lending.market import DAY, ETHER, MONTH, USD


def differences(market) -> list[str]:
    market.run()
    return reconcile(chain=market.chain).differences


def test_a_lanes_cash_goes_to_its_second_escrow_and_comes_back_together(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    number = loan.lane_id

    enact(market.chain, [("LoanBook", "turnTill", [number])])
    market.act(market.borrower, "prefund", loan_id=loan.pk, amount=500 * USD)
    market.act(market.borrower, "repay", loan_id=loan.pk, amount=2_000 * USD)
    turned = differences(market)
    aside, room = lane_of(number)
    enact(market.chain, [("LoanBook", "gatherTill", [number])])

    assert turned == differences(market) == []
    # What lay aside is no cash of the pool's; what others own is not lent for it.
    assert aside > 0
    assert room == 2_000 * USD
    assert lane_of(number) == (0, aside + 2_000 * USD)
    lane = Lane.objects.get(pk=number)
    assert lane.till == market.chain.call("LoanBook", "tillOf", number) != lane.escrow


def lane_of(number: int) -> tuple[int, int]:
    lane = Lane.objects.get(pk=number)
    return lane.aside, lane.sums.room()


def test_a_close_fills_a_lane_whose_cash_lies_aside_and_takes_what_is_gathered(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    enact(market.chain, [("LoanBook", "turnTill", [loan.lane_id])])
    market.wait(DAY)

    market.close_epoch()
    during = differences(market)
    enact(market.chain, [("LoanBook", "gatherTill", [loan.lane_id])])
    market.wait(DAY)
    market.close_epoch()

    assert during == differences(market) == []


def test_a_loan_in_arrears_is_worked_out_and_cured(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    market.wait(MONTH + 12 * DAY)
    charge_missed(now=chain_time())
    market.run()
    call_loans(now=chain_time())
    market.run()
    loan = Loan.objects.get(pk=loan.pk)
    assert loan.status == Status.CALLED

    work_out(market, loan)
    worked_out = differences(market)
    loan.refresh_from_db()
    terms = loan.status, loan.rate_bps, loan.instalments, loan.called_at
    market.publish()
    market.act(market.borrower, "cure", loan_id=loan.pk, amount=0)

    assert worked_out == differences(market) == []
    assert terms == (Status.CALLED, 300, 6, loan.opened_at)
    loan.refresh_from_db()
    assert (loan.status, loan.cures) == (Status.OPEN, 1)


def work_out(market, loan: Loan) -> None:
    workout = {
        "loanId": loan.pk,
        "rateBps": 300,
        "schedule": 0,
        "instalments": 6,
        "interval": MONTH,
        "gracePeriod": 10 * DAY,
        "cureWindow": 5 * DAY,
        "lateFeeBps": 0,
        "nonce": 77,
        "deadline": chain_time() + 90 * DAY,
    }
    book = market.chain.address("LoanBook")
    message = loan_workout(chain_id=31_337, loan_book=book, workout=workout)
    signature = market.borrower.sign_typed_data(message)
    enact(market.chain, [("LoanBook", "workOut", [workout, signature, card_words(loan)])])
