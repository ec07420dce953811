"""Lending over HTTP: what is asked rightly is answered, anything else is told why not."""

import json

import pytest

from contracts.wallet import development_wallet
from governance.models import Proposal
from lending.models import PoolState
from lending.selectors import wallet_call
from tests.integration.lending.story import BORROWER, CAR, DAY, LENDER, MNEMONIC, MONTH, USD

BASKET = {"borrower": BORROWER, "assets": [str(CAR)]}
# Every kind of value that a program can get wrong.
JUNK = (None, "", "x", -1, 1.5, True, [], {}, 2**300, "9" * 400, "١", "0x12", "\x00")


@pytest.fixture
def api(client, story):
    def ask(path, body=None, *, raw=None):
        if body is None and raw is None:
            return client.get(f"/api/v1/{path}")
        content = raw if raw is not None else json.dumps(body)
        return client.post(f"/api/v1/{path}", content, content_type="application/json")

    return ask


def wanted(story, **changed):
    return {
        **BASKET,
        "principal": str(4_000 * USD),
        "schedule": "amortising",
        "instalments": 3,
        "interval": MONTH,
        "max_rate_bps": 2_000,
        "deadline": story.now + DAY,
    } | changed


def signed(message, person="owner"):
    return "0x" + development_wallet(MNEMONIC, person).sign_typed_data(message).hex()


def code(response):
    return response.status_code, response.json()["code"]


def test_a_loan_is_quoted_signed_requested_and_followed(api, story):
    quote = api("loans/quote", BASKET).json()
    message = api("loans/terms", wanted(story)).json()["message"]
    kept = api("loans/requests", {"message": message, "signature": signed(message)})
    again = api("loans/requests", {"message": message["message"], "signature": signed(message)})

    assert int(quote["limit"]) >= 4_000 * USD
    assert quote["lines"][0]["asset"] == str(CAR)
    assert kept.status_code == 201
    assert kept.json() == again.json()
    assert api(f"loans/requests/{kept.json()['request']}").json()["status"] == "waiting"


def test_loans_are_listed_by_borrower_and_number(api, story):
    first = story.open()

    listed = api(f"loans?borrower={BORROWER.lower()}").json()["loans"]

    assert [one["loan"] for one in listed] == [str(first)]
    assert api(f"loans/{first}").json()["status"] == "open"
    assert api(f"loans?borrower={LENDER}").json()["loans"] == []
    assert api(f"loans?after={first}").json()["loans"] == []


def test_new_terms_are_asked_for_and_read_by_anyone(api, story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    asked = {
        "borrower": BORROWER,
        "schedule": "interest_only",
        "instalments": 6,
        "interval": MONTH,
        "rate_bps": 300,
        "grace_period": 20 * DAY,
        "cure_window": 30 * DAY,
        "late_fee_bps": 0,
        "deadline": story.now + 40 * DAY,
    }
    nothing = api(f"loans/{loan_id}/workout")
    message = api(f"loans/{loan_id}/workout/terms", asked).json()["message"]
    given = {"message": message, "reason": "The tenant left."}
    kept = api(f"loans/{loan_id}/workout", {**given, "signature": signed(message)})

    assert code(nothing) == (404, "OFFER_MISSING")
    assert kept.status_code == 201
    assert api(f"loans/{loan_id}/workout").json() == kept.json()
    strangers = {**given, "signature": signed(message, "lender")}
    strangers["message"]["message"]["nonce"] = "5"
    assert api(f"loans/{loan_id}/workout", strangers).status_code == 403
    assert api(f"loans/{loan_id}/workout/terms", asked | {"borrower": LENDER}).status_code == 403


def test_a_call_for_a_wallet_is_that_of_the_portal(api, story):
    loan_id = story.open()

    answer = api("calls", {"action": "repay", "loan_id": str(loan_id), "amount": "5"})

    call = wallet_call("repay", loan_id=loan_id, amount=5)
    assert answer.json() == {"to": call.to, "data": call.data}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "FIELD_TYPE")),
        ({"action": "steal"}, (422, "ACTION_UNKNOWN")),
        ({"action": "repay", "loan_id": "1"}, (422, "ARGUMENTS_WRONG")),
        ({"action": "cure", "loan_id": "1", "amount": "5"}, (404, "LOAN_UNKNOWN")),
        ({"action": "repay", "loan_id": "1", "amount": str(2**64)}, (422, "ARGUMENTS_WRONG")),
        ({"action": "claim"}, (422, "ARGUMENTS_WRONG")),
        ({"action": "request_deposit", "tranche": 2, "owner": BORROWER}, (400, "FIELD_TYPE")),
        ({"action": "approve", "contract": "Nobody", "amount": 1}, (400, "FIELD_TYPE")),
        ({"action": "amend", "loan_id": 1, "token_ids": 5}, (400, "FIELD_TYPE")),
    ],
)
def test_a_call_that_cannot_be_made_says_why(api, body, expected):
    assert code(api("calls", body)) == expected


@pytest.mark.parametrize("raw", ["", "nonsense", "[]", "5", "[" * 20_000, "\ufeff{}"])
@pytest.mark.parametrize("door", ["loans/quote", "loans/terms", "loans/requests", "calls"])
def test_a_body_that_is_no_object_is_refused(api, door, raw):
    assert api(door, raw=raw).status_code == 400


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_any_field_is_refused_in_words(api, story, junk):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    doors = {
        "loans/quote": {"borrower", "assets"},
        "loans/terms": set(wanted(story)),
        "loans/requests": {"message", "signature"},
        f"loans/{loan_id}/workout": {"message", "signature", "reason"},
        f"loans/{loan_id}/workout/terms": {"borrower", "rate_bps", "deadline"},
        "calls": {"action"},
    }
    good = {**wanted(story), "message": {}, "signature": "0x", "reason": "x", "action": "x"}
    good |= {"rate_bps": 1, "grace_period": DAY, "cure_window": DAY, "late_fee_bps": 0}

    answers = {
        (door, field): api(door, good | {field: junk}).status_code
        for door, fields in doors.items()
        for field in fields
    }

    accepted = {("loans/quote", "assets"): 200} if junk == [] else {}
    refused = {key: status for key, status in answers.items() if key not in accepted}
    assert set(refused.values()) <= {400, 403, 404, 409, 422}


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_what_was_signed_is_refused_in_words(api, story, junk):
    message = api("loans/terms", wanted(story)).json()["message"]["message"]

    answers = {
        field: api(
            "loans/requests", {"message": message | {field: junk}, "signature": "0x12"}
        ).status_code
        for field in message
    }

    assert set(answers.values()) <= {400, 403, 422}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("loans/999", 404),
        (f"loans/{2**70}", 404),
        ("loans/requests/999", 404),
        (f"loans/requests/{2**70}", 404),
        (f"loans/{2**70}/workout", 404),
        ("loans?borrower=me", 422),
        ("loans?after=-1", 422),
        ("proposals/5", 404),
        (f"proposals/{2**256}", 404),
        ("calls", 405),
    ],
)
def test_what_is_not_there_is_not_found(api, path, status):
    assert api(path).status_code == status


def test_pool_auctions_and_proposals_can_be_read(api, story):
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    story.of_loan("LoanAuctioned", loan_id)
    story.offer(loan_id, token_id=CAR, start=20_000 * USD, floor=9_000 * USD)
    Proposal.objects.create(
        number=2**255,
        proposer=BORROWER,
        targets=[LENDER],
        calls=["0x"],
        reason="Nothing",
        proposed_at=story.now,
        vote_start=story.now,
        vote_end=story.now + 9,
        quorum=1,
        tx_hash="0x",
    )

    (lot,) = api("auctions").json()["lots"]
    (listed,) = api("proposals").json()["proposals"]

    assert (lot["loan"], lot["price"]) == (str(loan_id), str(20_000 * USD))
    assert listed["standing"] == "pending"
    assert api(f"proposals/{2**255}").json()["calls"] == [{"to": LENDER, "data": "0x"}]
    assert api("pool").json()["cash"] == str(PoolState.objects.get().cash)
