"""Every field of every form of owners and verifiers, with values nobody should send."""

import pytest
from django.contrib.auth.models import User
from django.db import DataError, IntegrityError
from django.http import HttpResponse
from django.urls import reverse

from collateral import services
from collateral.domain.classes import Role, class_by_code
from collateral.models import Asset, Attestation, VerificationRequest
from portal.middleware import RefuseUnstorable
from tests.integration.portal.test_owner import HOUSE, sign_in
from tests.integration.portal.test_verifiers import (
    STATEMENT,
    attested,
    car,
    chain_now,
    named,
    submitted_car,
    verifiers,
    wallets,
)

__all__ = ["attested", "car", "chain_now", "named", "submitted_car", "verifiers", "wallets"]
pytestmark = pytest.mark.django_db
BAD = {
    "empty": "",
    "NUL": "a\0b",
    "long": "x" * 20_000,
    "emoji": "🏠🚚" * 3,
    "right to left": "\u202egnp.1\u202c שלום",
    "markup": "<script>alert(1)</script>",
    "huge": str(10**30),
    "endless digits": "9" * 5_000,
    "other digits": "٣٤",
    "not finite": "NaN",
    "percent": "%00%s{{7*7}}",
}


def forms(verifier, asset, request, uid):
    """Return each form as its address and fields with good values."""
    page = reverse("portal:verifier", args=[verifier.pk])
    owner = reverse("portal:thing", args=[asset.pk])
    desk = reverse("admin:collateral_verificationrequest_change", args=[request.pk]).removesuffix(
        "change/"
    )
    queue = reverse("admin:collateral_verificationrequest_changelist")
    yield "/sign-in/", {"address": "0x" + "1" * 40, "next": "/mine/"}
    yield "/sign-in/", {"nonce": "ab", "signature": "0x00"}
    yield "/mine/news/", {"email": "somebody@example.org", "do": "ask"}
    yield (
        "/verifiers/apply/",
        {"name": "Firm", "class": "2", "roles": "1", "statement": STATEMENT},
    )
    yield "/verifiers/", {"token": "TestStablecoin"}
    for act in ("deposit", "deposit_lrt", "unbond", "unbond_lrt"):
        yield page, {"act": act, "amount": "10"}
    yield page, {"act": "challenge", "uid": uid, "evidence": "ab" * 32}
    yield page, {"act": "lapse", "uid": uid}
    for name in ("outline/", "outline/look/"):
        yield owner + name, {"outline": "1, 2\n3, 4\n5, 0"}
    yield owner + "board/", {"token": "a.b.c"}
    yield owner + "show/", {"fields": "vin"}
    yield owner + "evidence/", {"kind": "Deed"}
    for code in ("real_estate", "car", "art"):
        address = reverse("portal:new_of_class", args=[code])
        fields = {field.name: "" for field in class_by_code(code).fields}
        yield address, fields | HOUSE | {"originator": "", "price.unit": "USD"}
    yield address + "check/", fields
    yield desk + "reject/", {"reason": "The title is unclear.", "decision": "ask"}
    yield desk + "reject/", {"reason": "The title is unclear.", "decision": "reject"}
    yield desk + "prepare/", {"points": "0", "value": "10"}
    yield desk + "sign/", {"message": "{}", "signature": "0x00"}
    yield queue + "together/?ids=1", {f"checked-{request.pk}": "1", f"value-{request.pk}": "1"}
    yield queue + "together/take/", {"statements": "[]"}


@pytest.fixture
def world(client, attested, verifiers, wallets):
    """A wallet that owns a car and works for a verifier, signed in to portal and desk."""
    asset = Asset.objects.get()
    asset.owner.__class__.objects.update(address=wallets[1].address)
    user = User.objects.create_user("firm", is_staff=True)
    services.ensure_verifier(address=verifiers[1].address, user_id=user.pk)
    client.force_login(user)
    sign_in(client, wallets[1])
    request = VerificationRequest.objects.get(role=Role.APPRAISAL)
    return client, list(forms(verifiers[0], asset, request, attested.uid))


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_value_in_any_field_is_answered_in_words(world, bad):
    client, every = world
    for address, good in every:
        for field in good:
            answer = client.post(address, good | {field: bad})
            assert answer.status_code < 500, (address, field)
            assert b"<script>alert" not in answer.content, (address, field)

    assert Attestation.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/v1/assets", "application/problem+json"), ("/mine/", "text/html")]
)
@pytest.mark.parametrize(
    "error", [DataError("a NUL"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogate")]
)
def test_what_no_column_can_hold_is_answered_as_its_door_answers(rf, path, kind, error):
    answer = RefuseUnstorable(HttpResponse).process_exception(rf.post(path), error)

    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (400, kind)
    assert "Nothing was kept" in answer.content.decode()


def test_any_other_mistake_is_not_hidden(rf):
    refuse = RefuseUnstorable(HttpResponse)

    assert refuse.process_exception(rf.post("/mine/"), IntegrityError("twice")) is None
