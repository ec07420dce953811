"""The life of a verifier on its pages, and the API of attestations."""

import json

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from collateral import services
from collateral.domain.classes import Role
from collateral.models import (
    Asset,
    Attestation,
    Challenge,
    VerificationRequest,
    Verifier,
    VerifierApplication,
)
from contracts.abi import decode_arguments
from contracts.deployment_record import Deployment, load
from contracts.genesis import load_genesis
from oracles.models import Round, Valuation
from portal.selectors.verifiers import accuracy_words
from tests.integration.collateral.conftest import (
    NOW,
    car,
    chain_now,
    submitted_car,
    verifiers,
    wallets,
)
from tests.integration.portal.test_owner import sign_in

__all__ = ["car", "chain_now", "submitted_car", "verifiers", "wallets"]
pytestmark = pytest.mark.django_db
DAY = 86_400
STATEMENT = "Sworn surveyors of vehicles since 1987, licensed in three states."


@pytest.fixture(autouse=True)
def named(settings, deployment):
    """A deployment with every contract that these pages name."""
    names = (
        "EAS",
        "AssetRegistry",
        "VerifierRegistry",
        "TestStablecoin",
        "BallastGovernor",
        "TestRestakingToken",
    )
    addresses = {name: f"0x{place:040x}" for place, name in enumerate(names, 1)}
    parameters = {**deployment.parameters, "stablecoin": {"decimals": 18}}
    every = {**deployment.addresses, **addresses}
    made = Deployment(31337, "0x" + "0" * 64, 0, every, (), parameters)
    made.save(settings.DEPLOYMENT_FILE)


@pytest.fixture
def attested(submitted_car, verifiers, wallets):
    request = VerificationRequest.objects.get(role=Role.TITLE)
    made = services.attestation_message(request_id=request.pk, verifier=verifiers[0])
    signature = "0x" + wallets[0].sign_typed_data(made).hex()
    kept = services.submit_attestation(
        request_id=request.pk,
        message=made,
        signature=signature,
        checklist=services.checklist_of(request),
    )
    Attestation.objects.update(spent=True)
    return kept


def page_of(verifier):
    return reverse("portal:verifier", args=[verifier.pk])


def test_anyone_may_judge_the_verifiers(client, verifiers, attested):
    listed = client.get(reverse("portal:verifiers")).content.decode()
    one = client.get(page_of(verifiers[0])).content.decode()

    assert "Firm" in listed
    assert "100.00 %" in listed
    assert "Challenge an attestation" in one
    assert client.get("/verifiers/999/").status_code == 404


@pytest.mark.parametrize(
    ("attested", "upheld", "words"),
    [(0, 0, "None yet"), (3, 1, "66.66 %"), (4, 0, "100.00 %"), (1, 2, "0.00 %")],
)
def test_accuracy_is_never_rounded_up(attested, upheld, words):
    assert accuracy_words(attested=attested, upheld=upheld) == words


def test_a_deposit_is_an_allowance_and_a_call_for_the_wallet(client, verifiers):
    page = client.post(page_of(verifiers[0]), {"act": "deposit", "amount": "2500.50"})

    call = page.context["call"]
    data = bytes.fromhex(call.transactions[1].data[2:])
    given = decode_arguments("VerifierRegistry", "deposit", data)
    assert given == {"verifier": verifiers[0].address, "amount": 2_500_500_000}
    assert call.transactions[0].to == load().address("TestStablecoin")


@pytest.mark.parametrize("amount", ["", "0", "-5", "lots", "28.500"])
def test_an_amount_that_is_none_is_refused_in_words(client, verifiers, amount):
    page = client.post(page_of(verifiers[0]), {"act": "deposit", "amount": amount})

    assert page.status_code == 400
    assert page.context["call"] is None


def test_a_challenge_names_attestation_and_evidence(client, verifiers, attested):
    given = {"act": "challenge", "uid": attested.uid, "evidence": "ab" * 32}
    page = client.post(page_of(verifiers[0]), given)

    data = bytes.fromhex(page.context["call"].transactions[1].data[2:])
    named = decode_arguments("VerifierRegistry", "challenge", data)
    assert (named["uid"].hex(), named["evidenceHash"].hex()) == (attested.uid[2:], "ab" * 32)


@pytest.mark.parametrize(
    ("uid", "evidence"), [("0x00", "ab" * 32), (None, "ab"), (None, "zz" * 32)]
)
def test_a_challenge_of_nothing_or_without_evidence_is_refused(
    client, verifiers, attested, uid, evidence
):
    given = {"act": "challenge", "uid": uid or attested.uid, "evidence": evidence}

    assert client.post(page_of(verifiers[0]), given).status_code == 400


LRT = "0x" + "0" * 39 + "6"


@pytest.fixture
def restaker(verifiers):
    """A verifier with restaking tokens at stake, proven in a round that is over."""
    Verifier.objects.filter(pk=verifiers[0].pk).update(
        lrt_address=LRT, lrt_bond_wei=5 * 10**18, lrt_value_units=9_000_000_000, lrt_round=1
    )
    return Verifier.objects.get(pk=verifiers[0].pk)


def valued(number, nav_wei, observed_at):
    """A published round that values the token."""
    round = Round.objects.create(
        number=number,
        status="published",
        observed_at=observed_at,
        published_at=observed_at,
        content_hash=f"0x{number:064x}",
        root=f"0x{number:064x}",
    )
    Valuation.objects.create(
        round=round,
        token=LRT,
        class_id=14,
        status=0,
        value_units=3_000_000_000,
        lower_units=2_900_000_000,
        target_value_units=3_000_000_000,
        target_lower_units=2_900_000_000,
        nav_wei=nav_wei,
        sources=3,
        observed_at=observed_at,
        valid_until=observed_at + DAY,
    )
    return round


def test_what_bonded_tokens_earn_is_shown_and_whether_they_count(client, restaker):
    valued(1, 10**18, NOW - 73 * DAY)
    valued(2, 1_006 * 10**15, NOW)

    page = client.get(page_of(restaker)).content.decode()

    # 0.6 % in a fifth of a year.
    assert "They earn 3% a year in ether, which stays the verifier" in page
    assert "5 tokens; count nothing until their value is proven in the newest round" in page


def test_tokens_proven_in_the_newest_round_count(client, restaker):
    valued(1, 10**18, NOW)

    page = client.get(page_of(restaker)).content.decode()

    assert "$9,000" in page
    assert "proven in round 1" in page
    assert "What they earn stays the verifier" in page


def test_the_bond_is_proven_with_the_newest_round(client, restaker, monkeypatch):
    valued(2, 10**18, NOW)
    leaf = (int(LRT, 16), 14, 0, 3_000_000_000, 2_900_000_000, NOW, NOW + DAY)
    asked = []

    def proofs(**given):
        asked.append(given)
        return [(leaf, [b"\x07" * 32])]

    monkeypatch.setattr("portal.owner.verifier_calls.proofs", proofs)

    page = client.post(page_of(restaker), {"act": "prove"})

    data = bytes.fromhex(page.context["call"].transactions[0].data[2:])
    given = decode_arguments("VerifierRegistry", "proveBond", data)
    assert asked == [{"asset_ids": [int(LRT, 16)], "round_number": 2}]
    assert given["verifier"] == restaker.address
    assert page.context["call"].sender == ""


def test_without_tokens_or_rounds_there_is_nothing_to_prove(client, verifiers, restaker):
    without_round = client.post(page_of(restaker), {"act": "prove"})
    valued(2, 10**18, NOW)
    without_tokens = client.post(page_of(verifiers[1]), {"act": "prove"})

    assert (without_round.status_code, without_tokens.status_code) == (400, 400)


def test_tokens_leave_by_unbonding(client, restaker):
    page = client.post(page_of(restaker), {"act": "unbond_lrt", "amount": "1.5"})

    data = bytes.fromhex(page.context["call"].transactions[0].data[2:])
    given = decode_arguments("VerifierRegistry", "startUnbonding", data)
    assert given == {"amount": 0, "lrtAmount": 15 * 10**17}
    assert page.context["call"].sender == restaker.address


def challenged(verifier, opened_at, status="open"):
    return Challenge.objects.create(
        verifier=verifier,
        uid="0x" + "ab" * 32,
        challenger_address=verifier.address,
        bond_units=1,
        evidence_hash="0x",
        opened_at=opened_at,
        status=status,
    )


@pytest.mark.parametrize(("late_s", "status"), [(0, 400), (1, 200)])
def test_a_challenge_ends_by_anyone_once_the_time_for_a_ruling_is_over(
    client, verifiers, late_s, status
):
    window = load_genesis()["verifiers"]["ruling_window_s"]
    made = challenged(verifiers[0], NOW - window - late_s)

    page = client.get(page_of(verifiers[0])).content.decode()
    answer = client.post(page_of(verifiers[0]), {"act": "lapse", "uid": made.uid})

    assert ('value="lapse"' in page) == (status == 200)
    assert answer.status_code == status
    if status == 200:
        data = bytes.fromhex(answer.context["call"].transactions[0].data[2:])
        assert decode_arguments("VerifierRegistry", "lapse", data)["uid"].hex() == made.uid[2:]


def test_a_challenge_that_was_ruled_on_is_shown_and_cannot_be_ended(client, verifiers):
    made = challenged(verifiers[0], 1, status="upheld")

    page = client.get(page_of(verifiers[0])).content.decode()
    answer = client.post(page_of(verifiers[0]), {"act": "lapse", "uid": made.uid})

    assert "Upheld" in page
    assert answer.status_code == 400


class Ledger:
    """A ledger that keeps 25 dollars of stablecoin (18 decimals) for everybody, and no tokens."""

    def calls(self, asked):
        return [
            25 * 10**18 if token == load().address("TestStablecoin") else 0
            for *_, (_, token) in asked
        ]


def test_what_rulings_left_is_taken_by_its_own_wallet(client, wallets, chain_now, monkeypatch):
    monkeypatch.setattr("portal.selectors.verifiers.connect", lambda url: Ledger())
    browser = sign_in(client, wallets[0])

    listed = browser.get(reverse("portal:verifiers")).content.decode()
    page = browser.post(reverse("portal:verifiers"), {"token": "TestStablecoin"})

    call = page.context["call"]
    data = bytes.fromhex(call.transactions[0].data[2:])
    assert "Take $25.00" in listed
    assert "tokens</button>" not in listed
    assert call.sender == wallets[0].address
    assert decode_arguments("VerifierRegistry", "claim", data) == {
        "token": load().address("TestStablecoin")
    }


def test_a_claim_without_a_wallet_or_of_another_token_is_refused(client, wallets, chain_now):
    stranger = client.post(reverse("portal:verifiers"), {"token": "TestStablecoin"})
    browser = sign_in(client, wallets[0])

    other = browser.post(reverse("portal:verifiers"), {"token": "LoanBook"})

    assert (stranger.status_code, other.status_code) == (400, 400)


def test_the_list_is_there_while_the_ledger_is_not(client, wallets, chain_now, settings):
    settings.RPC_URL = "http://127.0.0.1:9"
    browser = sign_in(client, wallets[0])

    assert browser.get(reverse("portal:verifiers")).status_code == 200


def test_a_firm_applies_once_for_a_class_in_its_roles(client, wallets, chain_now):
    browser = sign_in(client, wallets[0])
    given = {"name": "Firm", "class": "2", "roles": ["1"], "statement": STATEMENT}

    first = browser.post(reverse("portal:apply"), given)
    second = browser.post(reverse("portal:apply"), given)
    wrong = browser.post(reverse("portal:apply"), given | {"class": "3", "roles": ["8"]})

    assert "is on record" in first.content.decode()
    assert (second.status_code, wrong.status_code) == (400, 400)
    made = VerifierApplication.objects.get()
    assert (made.address, made.roles) == (wallets[0].address, 1)


def test_staff_see_the_proposals_that_admit_and_rule(client, verifiers, attested):
    client.force_login(User.objects.create_superuser("boss"))
    application = VerifierApplication.objects.create(
        address=verifiers[0].address, name="Firm", class_id=2, roles=1, statement=STATEMENT
    )
    challenge = Challenge.objects.create(
        verifier=verifiers[0],
        uid=attested.uid,
        challenger_address=verifiers[1].address,
        bond_units=1,
        evidence_hash="0x",
        opened_at=NOW,
    )

    admitting = client.get(
        reverse("admin:collateral_verifierapplication_change", args=[application.pk])
    )
    ruling = client.get(reverse("admin:collateral_challenge_change", args=[challenge.pk]))

    assert [one.label for one in admitting.context["calls"]] == [
        "Propose the admission to governance"
    ]
    assert len(ruling.context["calls"]) == 2


def attest(client, request, body):
    address = reverse("portal:attest", args=[request.pk])
    return client.post(address, json.dumps(body), content_type="application/json")


def test_the_api_takes_a_signed_statement(client, submitted_car, verifiers, wallets):
    request = VerificationRequest.objects.get(role=Role.TITLE)
    made = services.attestation_message(request_id=request.pk, verifier=verifiers[0])
    signature = "0x" + wallets[0].sign_typed_data(made).hex()

    checklist = list(services.checklist_of(request))

    answer = attest(
        client, request, {"message": made, "signature": signature, "checklist": checklist}
    )

    assert answer.status_code == 201
    assert answer.json()["uid"] == Attestation.objects.get().uid
    request.refresh_from_db()
    assert request.checked == list(range(len(checklist)))


@pytest.mark.parametrize("points", [None, [], slice(1, None), ["Something else."]])
def test_the_api_asks_for_the_whole_checklist(client, submitted_car, verifiers, wallets, points):
    request = VerificationRequest.objects.get(role=Role.TITLE)
    made = services.attestation_message(request_id=request.pk, verifier=verifiers[0])
    signature = "0x" + wallets[0].sign_typed_data(made).hex()
    body = {"message": made, "signature": signature}
    if points is not None:
        every = list(services.checklist_of(request))
        body["checklist"] = every[points] if isinstance(points, slice) else points

    answer = attest(client, request, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "CHECKLIST_OPEN")
    assert services.checklist_of(request)[0] in answer.json()["detail"]
    assert not Attestation.objects.exists()
    request.refresh_from_db()
    assert (request.status, request.checked) == ("open", [])


def test_the_api_says_why_it_refuses(client, submitted_car, verifiers, wallets):
    request = VerificationRequest.objects.get(role=Role.TITLE)
    made = services.attestation_message(request_id=request.pk, verifier=verifiers[0])
    signature = "0x" + wallets[0].sign_typed_data(made).hex()
    Asset.objects.get().owner.__class__.objects.update(address=verifiers[0].address)
    elsewhere = {**made, "domain": {**made["domain"], "chainId": 1}}

    answers = [
        attest(client, request, {"message": made, "signature": signature}),
        attest(client, request, {"message": elsewhere, "signature": signature}),
        attest(client, request, {"message": made}),
        attest(client, request, {"message": made, "signature": signature, "checklist": "all"}),
        attest(client, request, [1]),
    ]

    codes = [(one.status_code, one.json()["code"]) for one in answers]
    # The owner is part of what is signed: with another one the message is another.
    assert codes[0][1] in ("INVALID_SIGNER", "CONFLICT_OF_INTEREST")
    assert codes[1] == (422, "WRONG_CHAIN")
    assert codes[2:] == [(400, "MESSAGE_FORMAT")] * 3
    assert not Attestation.objects.exists()
