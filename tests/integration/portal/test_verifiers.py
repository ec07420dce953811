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
    VerifierApplication,
)
from contracts.abi import decode_arguments
from contracts.deployment_record import Deployment, load
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
STATEMENT = "Sworn surveyors of vehicles since 1987, licensed in three states."


@pytest.fixture(autouse=True)
def named(settings, deployment):
    """A deployment with every contract that these pages name."""
    names = ("EAS", "AssetRegistry", "VerifierRegistry", "TestStablecoin", "BallastGovernor")
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
    [(0, 0, "nothing attested yet"), (3, 1, "66.66 %"), (4, 0, "100.00 %"), (1, 2, "0.00 %")],
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
