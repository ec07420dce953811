"""What users do from the portal: a form makes the call that a wallet sends, or says why not."""

import json

import pytest
from django.urls import reverse

from collateral.models import Asset
from contracts.abi import decode_arguments
from contracts.deployment_record import Deployment, load
from contracts.wallet import development_wallet
from governance.models import Proposal, VoteHolder
from lending.models import (
    AuctionLot,
    Claimable,
    Loan,
    PoolPosition,
    Shortfall,
    TermsRequest,
    WorkoutOffer,
)
from lending.parameters import ledger_unit
from portal.acts import lenders, purse
from portal.acts.lenders import Waiting
from tests.integration.lending.story import BORROWER, CAR, DAY, HOUSE, MNEMONIC, USD, Story
from tests.integration.portal.test_owner import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(deployment, settings) -> Story:
    names = ("BallastGovernor", "BallastToken")
    addresses = {name: f"0x{place:040x}" for place, name in enumerate(names, 1)}
    every = {**deployment.addresses, **addresses}
    made = Deployment(31_337, "0x" + "0" * 64, 1, every, deployment.lanes, deployment.parameters)
    made.save(settings.DEPLOYMENT_FILE)
    told = Story(made)
    told.begin()
    Asset.objects.update(status="pledged")
    return told


@pytest.fixture(autouse=True)
def _ledger_answers(monkeypatch):
    """What pages ask the chain itself, which no test of pages has."""
    monkeypatch.setattr(lenders, "waiting_of", lambda wallet: None)
    monkeypatch.setattr(purse, "reservations_of", lambda wallet: [])


@pytest.fixture
def borrower(client):
    return sign_in(client, development_wallet(MNEMONIC, "owner"))


def sent(page, contract, function, place=-1):
    """Return the arguments of one transaction of the sheet, which goes to that contract."""
    call = page.context["call"].transactions[place]
    assert call.to == load().address(contract)
    return decode_arguments(contract, function, bytes.fromhex(call.data[2:]))


def offered(page):
    return {act.code for act in page.context["acts"]}


def act_on(loan_id):
    return reverse("portal:act_on_loan", args=[loan_id])


def test_a_stranger_may_pay_and_its_borrower_may_do_more(client, story):
    loan_id = story.open(assets=(HOUSE, CAR), limit=20_000 * USD)
    story.prefund(loan_id, 100 * USD)

    stranger = offered(client.get(act_on(loan_id)))
    borrower = offered(sign_in(client, development_wallet(MNEMONIC, "owner")).get(act_on(loan_id)))

    assert stranger == {"repay", "prefund", "pay", "sweep"}
    assert borrower - stranger == {"withdraw", "collect", "draw", "release", "extend"}


def test_repaying_allows_the_amount_and_repays_it(client, story):
    loan_id = story.open()

    page = client.post(act_on(loan_id), {"act": "repay", "amount": "1,250.50"})

    assert sent(page, "LoanBook", "repay") == {"loanId": loan_id, "maxAmount": 1_250_500_000}
    assert sent(page, "TestStablecoin", "approve", 0)["spender"] == load().address("LoanBook")


def test_each_act_of_a_borrower_makes_its_call(borrower, story):
    loan_id = story.open(assets=(HOUSE, CAR), limit=20_000 * USD)
    story.prefund(loan_id, 100 * USD)
    address = act_on(loan_id)

    def done(function, **given):
        return sent(borrower.post(address, given), "LoanBook", function)

    assert done("prefund", act="prefund", amount="5")["amount"] == 5 * USD
    assert done("pay", act="pay", amount="5")["amount"] == 5 * USD
    assert done("withdrawPrefunded", act="withdraw", amount="5")["amount"] == 5 * USD
    assert done("collect", act="collect", amount="5")["amount"] == 5 * USD
    assert done("sweep", act="sweep")["loanId"] == loan_id


@pytest.mark.parametrize("code", ["withdraw", "collect"])
@pytest.mark.parametrize("units", [100 * USD, 25_224_567, 25_220_000, 1])
def test_what_a_form_proposes_to_take_is_no_more_than_there_is(borrower, story, code, units):
    loan_id = story.open()
    story.prefund(loan_id, units)
    page = borrower.get(act_on(loan_id))
    entry = next(act for act in page.context["acts"] if act.code == code).entries[0]

    answer = borrower.post(act_on(loan_id), {"act": code, "amount": entry.value})

    function = {"withdraw": "withdrawPrefunded", "collect": "collect"}[code]
    assert sent(answer, "LoanBook", function)["amount"] == units


def test_drawing_releasing_and_extending_are_one_amendment_each(borrower, story, monkeypatch):
    loan_id = story.open(assets=(HOUSE, CAR), limit=20_000 * USD)
    monkeypatch.setattr("lending.selectors.wallets.proofs", lambda **given: [])
    address = act_on(loan_id)

    def change(**given):
        return sent(borrower.post(address, given), "LoanBook", "amend")["1"]

    extended = change(act="extend", schedule="1", instalments="6", days="30")
    assert change(act="draw", amount="1000")["draw"] == 1_000 * USD
    assert change(act="release", token=str(CAR))["assets"] == [CAR]
    assert (extended["schedule"], extended["instalments"], extended["interval"]) == (
        1,
        6,
        30 * DAY,
    )


@pytest.mark.parametrize(
    "amount", ["", "0", "-3", "all", "0.0000001", "99999999999999999", "1e9", "28.500"]
)
def test_an_amount_that_is_none_is_refused_and_stays_in_its_field(client, story, amount):
    loan_id = story.open()

    page = client.post(act_on(loan_id), {"act": "repay", "amount": amount})

    assert page.status_code == 400
    (repay,) = [act for act in page.context["acts"] if act.code == "repay"]
    assert repay.entries[0].value == amount


def test_an_act_that_is_not_offered_is_not_there(client, story):
    loan_id = story.open()

    assert client.post(act_on(loan_id), {"act": "withdraw", "amount": "1"}).status_code == 404
    assert client.post(act_on(loan_id), {"act": "steal"}).status_code == 404
    assert client.get(act_on(loan_id + 1)).status_code == 404


def test_a_called_loan_is_cured_even_with_nothing(client, story, monkeypatch):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    monkeypatch.setattr("lending.selectors.wallets.proofs", lambda **given: [])

    page = client.post(act_on(loan_id), {"act": "cure", "amount": "0"})

    assert sent(page, "LoanBook", "cure")["amount"] == 0
    assert len(page.context["call"].transactions) == 1


def test_a_lot_is_bought_for_no_more_than_was_said(client, story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.offer(loan_id, token_id=CAR, start=20_000 * USD, floor=9_000 * USD)
    address = reverse("portal:buy", args=[loan_id])

    before = offered(client.get(address))
    page = client.post(address, {"act": "buy", "amount": "19000"})
    # Opened while no round came: its clock does not stop.
    AuctionLot.objects.update(silent=True)
    story.tick(3 * DAY)

    assert sent(page, "AuctionHouse", "buy")["maxPrice"] == 19_000 * USD
    assert before == {"buy"}
    assert offered(client.get(address)) == {"buy", "take_for_reserve"}


def test_a_lender_pays_in_leaves_and_takes_what_closes_filled(borrower, story, monkeypatch):
    PoolPosition.objects.create(tranche=0, owner=BORROWER, shares=5 * 10**9)
    ready = {0: Waiting(filled_assets=7 * USD, shares_ready=7, leaving_shares=3, refund=2)}
    monkeypatch.setattr(lenders, "waiting_of", lambda wallet: ready)
    address = reverse("portal:lend")

    def done(act, function, **given):
        return sent(borrower.post(address, {"act": act, **given}), "SeniorVault", function)

    every = offered(borrower.get(address))
    assert every == {
        *("take_shares_0", "take_cash_0", "take_refund_0"),
        *("deposit_0", "redeem_0", "deposit_1"),
    }
    paid_in = done("deposit_0", "requestDeposit", amount="10")["assets"]
    assert paid_in == 10 * USD * ledger_unit()
    assert done("redeem_0", "requestRedeem", shares="1.5")["shares"] == 15 * 10**8
    assert done("take_cash_0", "redeem")["shares"] == 3
    assert done("take_refund_0", "claimRefund")["controller"] == BORROWER


# @custom:invariant D9b
def test_a_lender_on_the_sanctions_list_is_told_that_its_claim_waits(borrower, story, monkeypatch):
    PoolPosition.objects.create(tranche=0, owner=BORROWER, shares=5 * 10**9)
    ready = Waiting(cleared=False, leaving_shares=3, cash_ready=9 * USD, refund=2 * USD)
    kept = {0: ready, 1: Waiting(cleared=False)}
    monkeypatch.setattr(lenders, "waiting_of", lambda wallet: kept)

    page = borrower.get(reverse("portal:lend"))

    text = " ".join(page.content.decode().split())
    assert offered(page) == {"redeem_0"}
    assert "Kept for you" in text
    assert "$11.00" in text
    assert "It waits: this market&#x27;s sanctions list does not clear your account." in text


def test_lenders_are_told_when_the_ledger_cannot_be_asked(borrower, story):
    assert "the ledger cannot be asked now" in borrower.get(reverse("portal:lend")).content.decode()


def test_a_borrower_fetches_what_is_left_for_it_and_makes_losses_good(borrower, story):
    Claimable.objects.create(lane_id=1, party=BORROWER, amount=40 * USD)
    Shortfall.objects.create(borrower=BORROWER, amount=25 * USD)
    address = reverse("portal:my_loans")

    fetched = borrower.post(address, {"act": "claim_1"})
    paid = borrower.post(address, {"act": "pay_shortfall", "amount": "25"})

    assert sent(fetched, "LoanBook", "claim") == {"laneId": 1}
    assert sent(paid, "LoanBook", "payShortfall")["amount"] == 25 * USD


def test_borrowing_shows_what_it_gives_and_then_what_to_sign(borrower, story):
    Asset.objects.update(status="minted")
    address = reverse("portal:borrow")
    basket = {"token": [str(CAR)]}
    wanted = {"amount": "4000", "limit": "", "schedule": "0", "instalments": "3", "days": "30"}

    quoted = borrower.post(address, {**basket, "step": "quote"})
    page = borrower.post(address, {**basket, **wanted, "step": "terms"})
    sheet = page.context["sheet"]
    signature = development_wallet(MNEMONIC, "owner").sign_typed_data(json.loads(sheet.message))
    handed = {"step": "sign", "message": sheet.message, "signature": "0x" + signature.hex()}
    borrower.post(address, handed)

    assert quoted.context["quote"][0].label == "Most that you can borrow"
    assert TermsRequest.objects.get().principal == 4_000 * USD


def test_too_much_is_refused_and_the_form_stays_open(borrower, story):
    Asset.objects.update(status="minted")
    given = {"token": [str(CAR)], "amount": "900000", "limit": "", "schedule": "0"}
    given |= {"instalments": "3", "days": "30", "step": "terms"}

    page = borrower.post(reverse("portal:borrow"), given)

    assert page.status_code == 400
    assert page.context["quote"]
    assert "units" not in page.context["problem"]


@pytest.mark.parametrize(
    "message", ["", "{}", "[]", '{"message": 5}', '{"message": {}}', "[" * 9_999]
)
def test_what_is_no_message_is_refused(borrower, story, message):
    given = {"step": "sign", "message": message, "signature": "0x12"}

    assert borrower.post(reverse("portal:borrow"), given).status_code == 400


def workout_given(**changed):
    return {
        "schedule": "1",
        "instalments": "6",
        "days": "30",
        "rate": "3",
        "grace": "20",
        "cure": "30",
        "fee": "0",
        "reason": "The tenant left.",
        "step": "terms",
    } | changed


def test_a_borrower_asks_for_new_terms_and_anyone_brings_them_to_a_vote(borrower, story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    address = reverse("portal:workout", args=[loan_id])

    sheet = borrower.post(address, workout_given()).context["sheet"]
    signature = development_wallet(MNEMONIC, "owner").sign_typed_data(json.loads(sheet.message))
    handed = {"step": "sign", "message": sheet.message, "reason": "The tenant left."}
    borrower.post(address, {**handed, "signature": "0x" + signature.hex()})
    proposed = borrower.post(address, {"step": "propose"})

    given = sent(proposed, "BallastGovernor", "propose")
    inner = decode_arguments("LoanBook", "workOut", given["calldatas"][0])
    assert inner["1"]["instalments"] == 6
    assert inner["2"] == signature
    assert "The tenant left." in given["description"]
    assert "The tenant left." in borrower.get(reverse("portal:governance")).content.decode()


def test_an_offer_finds_its_proposal_and_can_be_taken_back(borrower, story):
    test_a_borrower_asks_for_new_terms_and_anyone_brings_them_to_a_vote(borrower, story)
    loan = Loan.objects.get()
    address = reverse("portal:workout", args=[loan.pk])
    call = borrower.post(address, {"step": "propose"}).context["call"].transactions[0]
    data = decode_arguments("BallastGovernor", "propose", bytes.fromhex(call.data[2:]))
    Proposal.objects.create(
        number=77,
        proposer=BORROWER,
        targets=data["targets"],
        calls=["0x" + data["calldatas"][0].hex()],
        reason=data["description"],
        proposed_at=story.now,
        vote_start=story.now + 100,
        vote_end=story.now + 200,
        quorum=4,
        tx_hash="0x",
    )

    shown = borrower.get(address).content.decode()
    borrower.post(address, {"step": "withdraw"})

    assert reverse("portal:proposal", args=[77]) in shown
    assert WorkoutOffer.objects.get().withdrawn
    assert borrower.get(reverse("portal:proposal", args=[77])).status_code == 200


def test_terms_that_break_a_bound_are_refused_and_stay_in_the_form(borrower, story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    address = reverse("portal:workout", args=[loan_id])

    page = borrower.post(address, workout_given(rate="9.01"))

    assert page.status_code == 400
    assert "cannot rise" in page.context["problem"]
    assert 'value="9.01"' in page.content.decode()


def test_only_the_borrower_may_ask(client, story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    address = reverse("portal:workout", args=[loan_id])

    page = client.post(address, workout_given())

    assert "sheet" not in page.context
    assert client.post(address, {"step": "propose"}).status_code == 400
    assert client.get(reverse("portal:workout", args=[loan_id + 1])).status_code == 404


def test_votes_are_delegated_and_cast(borrower, story):
    VoteHolder.objects.create(address=BORROWER, balance=9 * 10**18)
    Proposal.objects.create(
        number=2**255,
        proposer=BORROWER,
        targets=[],
        calls=[],
        reason="Nothing",
        proposed_at=story.now,
        vote_start=story.now - 1,
        vote_end=story.now + 200,
        quorum=4,
        tx_hash="0x",
    )

    delegated = borrower.post(
        reverse("portal:governance"), {"act": "delegate", "to": BORROWER.lower()}
    )
    one = reverse("portal:proposal", args=[2**255])
    voted = borrower.post(one, {"act": "vote", "support": "1", "reason": ""})

    assert sent(delegated, "BallastToken", "delegate") == {"delegatee": BORROWER}
    assert sent(voted, "BallastGovernor", "castVoteWithReason")["support"] == 1
    assert borrower.post(one, {"act": "vote", "support": "7"}).status_code == 400
    assert (
        borrower.post(reverse("portal:governance"), {"act": "delegate", "to": "me"}).status_code
        == 400
    )


def test_a_proposal_of_no_such_number_is_not_there(client, story):
    assert client.get("/governance/5/").status_code == 404
    assert client.get(f"/governance/{2**256}/").status_code == 404
    assert client.get(f"/governance/{'1' * 5_000}/").status_code == 404
