"""Quotes, terms to sign, and signed terms on their way to the chain."""

import pytest

from collateral.models import Asset
from contracts.typed_data import for_wallet
from contracts.wallet import development_wallet
from lending.domain.errors import LendingRefused
from lending.domain.schedule import ScheduleKind
from lending.models import ClassTerms, Lane, RequestStatus, Shortfall, TermsRequest
from lending.services import loan_terms, quote, request_loan, requesting, send_requests
from settlement.models import Batch, BatchStatus
from tests.integration.lending.story import (
    BIDDER,
    BORROWER,
    CAR,
    DAY,
    HOUSE,
    MNEMONIC,
    MONTH,
    USD,
)

OWNER = development_wallet(MNEMONIC, "owner")


@pytest.fixture(autouse=True)
def proofs(monkeypatch):
    """Proofs need the published document, which the told chain does not have."""
    monkeypatch.setattr(
        requesting, "proofs", lambda *, asset_ids, round_number: [_proof(i) for i in asset_ids]
    )


def _proof(asset_id):
    return ((asset_id, 2, 0, 1, 1, 1, 1), [b"\x01" * 32])


def terms_for(story, **fields):
    values = {
        "borrower": BORROWER,
        "principal": 9_000 * USD,
        "schedule": ScheduleKind.AMORTISING,
        "instalments": 3,
        "interval": MONTH,
        "token_ids": [CAR],
        "max_rate_bps": 2_000,
        "deadline": story.now + DAY,
        "now": story.now,
    }
    return loan_terms(**values | fields)


def signed(story, **fields):
    terms = terms_for(story, **fields)
    return {"terms": terms["message"], "signature": OWNER.sign_typed_data(terms)}


def test_a_quote_says_what_a_basket_gives_by_its_strictest_class(story):
    given = quote(borrower=BORROWER, token_ids=[HOUSE, CAR], lrt_amount=10**18, now=story.now)

    assert given.limit_units == 180_000 * USD + 10_000 * USD + 2_100 * USD
    assert (given.rate_bps, given.must_amortise, given.cure_window_s) == (900, True, 86_400)


def test_the_lane_with_the_most_room_is_chosen_after_what_is_asked_already(story):
    story.open(lane=1, assets=(HOUSE,), principal=100_000 * USD)
    first = terms_for(story)
    TermsRequest.objects.create(
        borrower=BORROWER,
        lane_number=0,
        nonce=5,
        principal=200_000 * USD,
        deadline=story.now,
        terms={
            "assets": [],
            "lrtAmount": "0",
            "principal": 200_000 * USD,
            "limit": 200_000 * USD,
        },
        signature="0x",
    )

    second = terms_for(story)

    assert (first["message"]["lane"], second["message"]["lane"]) == (0, 1)


def test_more_than_any_lane_has_is_refused_with_what_there_is(story):
    with pytest.raises(LendingRefused, match=r"the most is \$1,000,000\.00") as refusal:
        terms_for(story, principal=2_000_000 * USD)

    assert refusal.value.code == "pool_short_of_cash"


def test_signed_terms_become_one_request_however_often_they_come(story):
    given = signed(story)

    first, second = request_loan(**given), request_loan(**given)

    assert first == second
    assert first.status == RequestStatus.WAITING


def test_terms_as_a_wallet_gives_them_are_the_same_terms(story):
    terms = terms_for(story)
    signature = OWNER.sign_typed_data(terms)

    request = request_loan(
        terms=for_wallet(terms)["message"] | {"principal": str(9_000 * USD)},
        signature="0x" + signature.hex(),
    )

    assert requesting.stored_terms(request) == terms["message"]


def test_someone_elses_signature_is_refused(story):
    terms = terms_for(story)
    signature = development_wallet(MNEMONIC, "bidder").sign_typed_data(terms)

    with pytest.raises(LendingRefused, match=f"but {BIDDER} signed") as refusal:
        request_loan(terms=terms["message"], signature=signature)

    assert refusal.value.code == "signature_wrong"


def test_a_nonce_cannot_be_signed_for_other_terms(story):
    terms = terms_for(story)
    request_loan(terms=terms["message"], signature=OWNER.sign_typed_data(terms))
    terms["message"]["principal"] += 1

    with pytest.raises(LendingRefused) as refusal:
        request_loan(terms=terms["message"], signature=OWNER.sign_typed_data(terms))

    assert refusal.value.code == "nonce_used"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"principal": 10_001 * USD}, "above_limit"),
        ({"principal": USD - 1}, "principal_too_small"),
        ({"schedule": ScheduleKind.INTEREST_ONLY}, "must_amortise"),
        ({"interval": 3_600}, "schedule_invalid"),
        ({"instalments": 0}, "schedule_invalid"),
        ({"instalments": 13}, "beyond_attestation"),
        ({"instalments": 70}, "tenor_too_long"),
        ({"max_rate_bps": 899}, "rate_too_high"),
        ({"token_ids": []}, "nothing_pledged"),
        ({"token_ids": [999]}, "asset_unknown"),
    ],
)
def test_terms_that_the_chain_would_refuse_are_refused_first(story, fields, code):
    with pytest.raises(LendingRefused) as refusal:
        request_loan(**signed(story, **fields))

    assert refusal.value.code == code
    assert refusal.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            lambda story: Asset.objects.filter(token_id=CAR).update(status="frozen"),
            "asset_unusable",
        ),
        (
            lambda story: Asset.objects.filter(token_id=CAR).update(holder_address=BIDDER),
            "asset_not_held",
        ),
        (lambda story: ClassTerms.objects.filter(pk=2).update(enabled=False), "class_disabled"),
        (
            lambda story: Shortfall.objects.create(borrower=BORROWER, amount=5),
            "borrower_in_shortfall",
        ),
        (lambda story: story.tick(2 * DAY), "oracle_silent"),
    ],
)
def test_what_has_changed_since_the_signature_is_said(story, change, code):
    given = signed(story)
    change(story)

    with pytest.raises(LendingRefused) as refusal:
        request_loan(**given)

    assert refusal.value.code == code


def test_incomplete_terms_name_what_is_missing(story):
    terms = dict(terms_for(story)["message"])
    del terms["nonce"]

    with pytest.raises(LendingRefused, match="nonce"):
        request_loan(terms=terms, signature=b"\x00" * 65)


def test_a_request_is_sent_once_on_its_lanes_key(story):
    request_loan(**signed(story))

    sent = [send_requests(), send_requests()]

    batch = Batch.objects.get()
    assert sent == [1, 0]
    assert (batch.kind, batch.lane, batch.signer.lane) == ("open", 0, 0)
    assert TermsRequest.objects.get().status == RequestStatus.SENT


def test_a_request_that_met_a_new_round_is_sent_again_with_newer_proofs(story):
    request = request_loan(**signed(story))
    send_requests()
    Batch.objects.update(
        status=BatchStatus.DEAD, error="The contract refused the call: BadProof()."
    )
    story.publish(3, house=300_000 * USD, car=20_000 * USD)

    send_requests()

    keys = list(Batch.objects.order_by("id").values_list("client_key", flat=True))
    assert keys == [f"open:{request.pk}:2/1", f"open:{request.pk}:3/1"]


def test_a_refusal_that_nothing_heals_ends_the_request_with_its_reason(story):
    request_loan(**signed(story))
    send_requests()
    Batch.objects.update(
        status=BatchStatus.DEAD, error="The contract refused the call: AboveLtv(principal=2)."
    )

    send_requests()

    request = TermsRequest.objects.get()
    assert request.status == RequestStatus.REFUSED
    assert "AboveLtv" in request.reason


def test_a_request_past_its_deadline_ends(story):
    request_loan(**signed(story))
    story.tick(DAY + 1)
    story.publish(3, house=300_000 * USD, car=20_000 * USD)

    send_requests()

    assert TermsRequest.objects.get().status == RequestStatus.REFUSED


def test_the_chains_loan_ends_the_request_that_asked_for_it(story):
    request = request_loan(**signed(story))

    loan_id = story.open(nonce=int(request.nonce))

    request.refresh_from_db()
    assert (request.status, request.loan_id) == (RequestStatus.OPENED, loan_id)


def test_a_lane_without_cash_is_not_chosen(story):
    Lane.objects.filter(pk=0).update(cash=0)

    assert terms_for(story)["message"]["lane"] == 1
