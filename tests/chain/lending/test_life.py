"""Loans from signature to end on real contracts; the database stays equal to the unit."""

from lending.domain.loans import Status
from lending.models import (
    AuctionLot,
    Claimable,
    Loan,
    LotStatus,
    PoolEpoch,
    PoolState,
    Shortfall,
    TokenBalance,
)
from lending.services import (
    charge_missed,
    close_repaid,
    collect_due,
    open_auctions,
    reconcile,
    take_for_reserve,
)
from settlement.selectors import chain_time
from tests.chain.lending.market import DAY, ETHER, MONTH, USD


def differences(market) -> list[str]:
    market.run()
    found = reconcile(chain=market.chain)
    assert found.checked > 50
    return found.differences


def collect(market) -> None:
    collect_due(now=chain_time())
    market.run()


def test_a_loan_is_opened_collected_and_closed(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    market.act(market.borrower, "prefund", loan_id=loan.pk, amount=12_600 * USD)
    market.run()

    for _ in range(3):
        market.wait(MONTH)
        collect(market)
        assert differences(market) == []
    collect(market)
    close_repaid()

    assert differences(market) == []
    loan.refresh_from_db()
    assert loan.status == Status.CLOSED
    held = TokenBalance.objects.get(token="TestRestakingToken", address=market.borrower.address)
    assert held.amount == 1_000 * ETHER


def test_a_late_fee_is_charged_on_both_sides_alike(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    market.wait(MONTH + 10 * DAY)

    charge_missed(now=chain_time())

    assert differences(market) == []
    assert Loan.objects.get(pk=loan.pk).charged_through == 1


def test_an_unhealthy_loan_is_called_and_cured(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=20_300 * USD)
    market.fall_until_called(loan)
    assert loan.status == Status.CALLED
    called = differences(market)

    market.act(market.borrower, "cure", loan_id=loan.pk, amount=6_000 * USD)

    assert called == differences(market) == []
    loan.refresh_from_db()
    assert (loan.status, loan.cures) == (Status.OPEN, 1)


def test_an_auction_pays_the_debt_and_returns_what_was_not_needed(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=20_300 * USD)
    market.fall_until_called(loan)
    market.wait(DAY)
    market.publish()
    open_auctions(now=chain_time())
    opened = differences(market)

    market.act(market.bidder, "buy", loan_id=loan.pk, max_price=50_000 * USD)

    assert opened == differences(market) == []
    loan.refresh_from_db()
    assert loan.status == Status.REPAID
    close_repaid()
    assert differences(market) == []
    lot = AuctionLot.objects.get()
    assert (lot.status, lot.buyer) == (LotStatus.SOLD, market.bidder.address)
    assert 0 < lot.lrt_sold < 10 * ETHER


def test_a_lot_that_nobody_wants_goes_to_the_reserve_and_the_rest_is_lost(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=20_300 * USD)
    market.fall_until_called(loan)
    market.wait(DAY)
    market.price = market.price * 96 // 100
    for _ in range(5):
        market.price = market.price * 96 // 100
        market.wait(21_600)
        market.publish()
    open_auctions(now=chain_time())
    market.run()
    market.wait(DAY)
    market.publish()

    take_for_reserve(now=chain_time())

    assert differences(market) == []
    loan.refresh_from_db()
    assert loan.status == Status.WRITTEN_OFF
    assert Shortfall.objects.get().amount == loan.loss > 0
    market.close_epoch()
    assert differences(market) == []
    assert PoolEpoch.objects.latest("number").junior_loss > 0


def test_lenders_come_and_go_by_epoch(market):
    lender = {"tranche": 0, "owner": market.lender.address}
    market.act(market.lender, "claim_deposit", **lender, amount=800_000 * USD)
    market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    market.run()
    shares = market.chain.call("SeniorShare", "balanceOf", market.lender.address)
    market.act(market.lender, "request_redeem", **lender, shares=shares // 2)
    junior = {"tranche": 1, "owner": market.bidder.address}
    market.act(market.bidder, "request_deposit", **junior, amount=10_000 * USD)
    for _ in range(2):
        market.wait(DAY)
        market.close_epoch()
        assert differences(market) == []

    market.act(market.lender, "claim_redemption", **lender, shares=shares // 2)
    market.act(market.bidder, "claim_deposit", **junior, amount=10_000 * USD)
    market.send(market.bidder, "JuniorShare", "transfer", market.lender.address, 1_000)

    assert differences(market) == []


def test_a_reserved_draw_finds_its_cash_after_the_close(market):
    lane, amount = 3, 300_000 * USD
    assert market.chain.call("LoanBook", "laneOf", lane)["cash"] < amount
    market.act(market.borrower, "reserve_draw", lane=lane, amount=amount)
    market.run()
    assert differences(market) == []

    market.wait(DAY)
    market.close_epoch()

    assert market.chain.call("LoanBook", "laneOf", lane)["cash"] >= amount
    assert differences(market) == []
    for _ in range(3):
        market.wait(DAY)
        market.close_epoch()
    before = PoolState.objects.get().reserve
    market.send(
        market.lender, "LendingPool", "endReservation", lane, market.borrower.address, 0, []
    )
    assert differences(market) == []
    assert PoolState.objects.get().reserve - before == amount // 200


def test_a_loan_is_drawn_on_released_from_and_extended(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=9_000 * USD, limit=15_000 * USD)
    market.wait(DAY)
    market.publish()
    change = {"loan_id": loan.pk, "max_rate_bps": 2_000}

    market.act(market.borrower, "amend", draw=4_000 * USD, **change)
    drawn = differences(market)
    market.act(market.borrower, "amend", lrt_amount=ETHER, **change)
    released = differences(market)
    market.act(
        market.borrower, "amend", schedule=1, instalments=4, interval=MONTH, draw=USD, **change
    )

    assert drawn == released == differences(market) == []
    loan.refresh_from_db()
    assert (loan.principal, loan.limit) == (13_001 * USD, 15_000 * USD)
    assert (loan.schedule, loan.instalments, loan.base_principal) == (1, 4, 13_001 * USD)
    assert loan.collateral.get().lrt_amount == 9 * ETHER


def test_income_and_what_a_party_does_itself(market):
    loan = market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)
    market.wait(MONTH + 10 * DAY)
    market.act(market.bidder, "charge", loan_id=loan.pk, index=1)
    charged = differences(market)

    market.act(market.bidder, "pay", loan_id=loan.pk, amount=5_000 * USD)
    paid = differences(market)
    market.act(market.borrower, "collect", loan_id=loan.pk, amount=500 * USD)
    income = market.chain.call("LoanBook", "incomeAddressOf", loan.pk)
    market.send(market.bidder, "TestStablecoin", "transfer", income, 20_000 * USD)
    market.act(market.lender, "sweep", loan_id=loan.pk)
    market.act(market.borrower, "repay", loan_id=loan.pk, amount=20_000 * USD)
    market.send(market.bidder, "TestStablecoin", "transfer", income, 7 * USD)
    market.act(market.lender, "sweep", loan_id=loan.pk)

    assert charged == paid == differences(market) == []
    loan.refresh_from_db()
    assert loan.status == Status.REPAID
    assert Claimable.objects.get(party=market.borrower.address).amount == 7 * USD
