"""What pages, wallets and staff read."""

import pytest
from django.urls import reverse

from contracts.abi import decode_arguments
from contracts.domain.cards import decode_card
from contracts.typed_data import bytes_of
from lending.domain.errors import LendingRefused
from lending.models import Loan, PoolState, TermsRequest
from lending.selectors import assess, loss_by_tranche, portfolio, wallet_call
from tests.integration.lending.story import ADDRESSES, CAR, DAY, HOUSE, LENDER, MONTH, USD

CLAIM_DEPOSIT = "deposit(uint256,address,address)"


def test_the_portfolio_counts_what_happened(story):
    first, second = story.open(), story.open(assets=(HOUSE,))
    story.prefund(first, 500 * USD)
    story.call(second, impaired=USD)

    book = portfolio(now=story.now)

    assert (book.loans, book.by_status) == (2, {"open": 1, "called": 1})
    assert (book.drawn, book.prefunded, book.calls) == (18_000 * USD, 500 * USD, 1)


def test_without_a_written_off_debt_there_is_no_loss(story):
    story.call(story.open(), impaired=USD)

    assert [one.loss for one in loss_by_tranche()] == [0, 0]


@pytest.mark.parametrize(
    ("senior", "losses"), [(900, [0, 300]), (800, [100, 200]), (500, [300, 0])]
)
def test_junior_bears_written_off_debts_as_far_as_it_reaches(story, senior, losses):
    Loan.objects.filter(pk=story.open()).update(loss=300)
    PoolState.objects.update(senior_due=900, senior_value=senior)

    assert [one.loss for one in loss_by_tranche()] == losses


def test_a_loan_stands_by_today_and_by_the_better_of_two_rounds(story):
    loan_id = story.open(assets=(CAR,))
    story.tick(DAY)
    story.publish(3, house=300_000 * USD, car=15_000 * USD)

    standing = assess(list(Loan.objects.all()), now=story.now)[loan_id]

    assert (standing.newest_limit, standing.both_limit) == (9_300 * USD, 12_400 * USD)
    assert (standing.value, standing.cure_limit) == (15_000 * USD, 7_500 * USD)
    assert standing.moved


def test_values_past_their_date_give_no_limit(story):
    loan_id = story.open(assets=(CAR,))
    story.tick(2 * MONTH)

    standing = assess(list(Loan.objects.all()), now=story.now)[loan_id]

    assert (standing.newest_limit, standing.is_unhealthy) == (None, False)


@pytest.mark.parametrize(
    ("action", "given", "contract", "function"),
    [
        ("prefund", {"loan_id": 7, "amount": 5}, "LoanBook", "prefund"),
        ("repay", {"loan_id": 7, "amount": 5}, "LoanBook", "repay"),
        ("claim", {"lane": 3}, "LoanBook", "claim"),
        ("withdraw_consent", {"lane": 3, "nonce": 2**64 - 1}, "LoanBook", "withdrawConsent"),
        ("reserve_draw", {"lane": 3, "amount": 5}, "LendingPool", "reserveDraw"),
    ],
)
def test_a_wallet_gets_the_address_and_the_call(story, action, given, contract, function):
    call = wallet_call(action, **given)

    assert call.to == ADDRESSES[contract]
    arguments = decode_arguments(contract, function, bytes.fromhex(call.data[2:]))
    assert list(arguments.values()) == list(given.values())


@pytest.mark.parametrize(
    ("action", "given", "function", "arguments"),
    [
        ("request_deposit", {"amount": 5}, "requestDeposit", [5, LENDER, LENDER]),
        ("request_redeem", {"shares": 5}, "requestRedeem", [5, LENDER, LENDER]),
        ("claim_deposit", {"amount": 5}, CLAIM_DEPOSIT, [5, LENDER, LENDER]),
        ("claim_redemption", {"shares": 5}, "redeem", [5, LENDER, LENDER]),
        ("claim_refund", {}, "claimRefund", [LENDER, LENDER]),
    ],
)
def test_lenders_come_through_the_vault_of_their_tranche(story, action, given, function, arguments):
    call = wallet_call(action, tranche=1, owner=LENDER, **given)

    assert call.to == ADDRESSES["JuniorVault"]
    told = decode_arguments("JuniorVault", function, bytes.fromhex(call.data[2:]))
    assert list(told.values()) == arguments


@pytest.mark.parametrize(
    ("action", "given", "contract", "function"),
    [
        ("buy", {"max_price": 5}, "AuctionHouse", "buy"),
        ("pay", {"amount": 5}, "LoanBook", "pay"),
        ("close", {}, "LoanBook", "close"),
    ],
)
def test_who_acts_on_a_loan_brings_its_card(story, action, given, contract, function):
    loan_id = story.open(assets=(HOUSE,))

    call = wallet_call(action, loan_id=loan_id, **given)

    arguments = decode_arguments(contract, function, bytes.fromhex(call.data[2:]))
    assert call.to == ADDRESSES[contract]
    assert decode_card([bytes_of(word) for word in arguments["card"]]).assets == (HOUSE,)


def test_a_loan_that_is_not_known_is_refused(story):
    with pytest.raises(LendingRefused, match="There is no loan 7"):
        wallet_call("close", loan_id=7)


def test_an_approval_names_the_contract_that_may_take(story):
    call = wallet_call("approve", contract="AuctionHouse", amount=9)

    assert call.to == ADDRESSES["TestStablecoin"]
    assert ADDRESSES["AuctionHouse"][2:] in call.data


def test_an_unknown_action_is_answered_with_the_known_ones(story):
    with pytest.raises(LendingRefused, match="prefund"):
        wallet_call("withdraw_everything")


@pytest.mark.parametrize(
    "model", ["loan", "termsrequest", "auctionlot", "poolepoch", "lane", "poolposition"]
)
def test_staff_can_read_every_list_and_add_nothing(story, admin_client, model):
    loan_id = story.open(assets=(CAR,))
    story.call(loan_id, impaired=USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.offer(loan_id, token_id=CAR, start=2 * USD, floor=USD)
    story.tell("LendingPool", "EpochClosed", epoch=1)
    story.tell("LendingPool", "DepositRequested", tranche=0, controller="0x", epoch=1, assets=5)
    TermsRequest.objects.create(
        borrower="0x", lane_number=0, nonce=1, principal=5, deadline=9, terms={}, signature="0x"
    )

    listed = admin_client.get(reverse(f"admin:lending_{model}_changelist"))
    added = admin_client.get(reverse(f"admin:lending_{model}_add"))

    assert (listed.status_code, added.status_code) == (200, 403)


def test_staff_can_open_a_loan_with_its_journal(story, admin_client):
    loan_id = story.open()

    page = admin_client.get(reverse("admin:lending_loan_change", args=[loan_id]))

    assert page.status_code == 200
    assert "opened" in page.content.decode()


def test_staff_can_see_a_lanes_rooms_by_class(story, admin_client):
    story.open(principal=9_000 * USD)

    page = admin_client.get(reverse("admin:lending_lane_change", args=[0]))

    assert page.status_code == 200
    assert "$1,991,000.00" in page.content.decode()
