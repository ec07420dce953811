"""Many statements at once: prepared, exported, signed elsewhere, imported."""

import json
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from collateral import services
from collateral.admin.bulk import MOST_AT_ONCE
from collateral.domain.classes import Role, class_by_code
from collateral.models import Attestation, VerificationRequest
from tests.integration.collateral.conftest import OWNER

pytestmark = pytest.mark.django_db
OTHER_VIN = "1HGCM82633A004352"


@pytest.fixture(autouse=True)
def plain_static(settings):
    """Static files without a manifest."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}


@pytest.fixture
def desk(client, verifiers):
    """A browser signed in as the first verifier's staff."""
    user = User.objects.create_user("firm", is_staff=True)
    services.ensure_verifier(address=verifiers[0].address, user_id=user.pk)
    client.force_login(user)
    return client


@pytest.fixture
def titles(submitted_car):
    """The requests for the titles of two cars."""
    other = services.register_asset(
        asset_class=class_by_code("car"),
        owner_address=OWNER,
        identifiers={"vin": {"vin": OTHER_VIN}},
        attributes={},
        jurisdiction="US",
    )
    services.submit_for_verification(asset_id=other.pk)
    return list(VerificationRequest.objects.filter(role=Role.TITLE).order_by("pk"))


def together(client, requests, *, checked, to):
    ids = ",".join(str(one.pk) for one in requests)
    ticks = {f"checked-{one.pk}": "on" for one in checked}
    return client.post(
        reverse("admin:collateral_sign_together") + f"?ids={ids}", ticks | {"as": to}
    )


def bring(client, content):
    file = SimpleUploadedFile("signed.json", content)
    address = reverse("admin:collateral_take_signed")
    return unescape(client.post(address, {"file": file}, follow=True).content.decode())


def signed(response, wallet):
    entries = json.loads(response.content)
    for entry in entries:
        entry["signature"] = "0x" + wallet.sign_typed_data(entry["message"]).hex()
    return entries


def test_what_is_exported_is_signed_elsewhere_and_brought_back(desk, titles, wallets):
    exported = together(desk, titles, checked=titles, to="file")

    said = bring(desk, json.dumps(signed(exported, wallets[0])).encode())

    assert exported["Content-Disposition"].startswith("attachment")
    assert "2 attestations are kept." in said
    assert Attestation.objects.count() == 2


def test_one_that_is_refused_is_named_beside_those_that_are_ready(desk, titles):
    page = together(desk, titles, checked=titles[:1], to="page")

    html = unescape(page.content.decode())
    assert [one["request"] for one in page.context["statements"]] == titles[:1]
    assert "Not prepared" in html
    assert "checklist's points are not confirmed" in html


def test_no_file_leaves_a_request_out_in_silence(desk, titles):
    page = together(desk, titles, checked=titles[:1], to="file")

    assert page["Content-Type"].startswith("text/html")
    assert "checklist's points are not confirmed" in unescape(page.content.decode())


def test_a_bad_entry_is_named_and_the_others_are_kept(desk, titles, wallets):
    entries = signed(together(desk, titles, checked=titles, to="file"), wallets[0])
    entries[1]["signature"] = "0x" + "11" * 65

    said = bring(desk, json.dumps(entries).encode())

    assert "1 attestation is kept." in said
    assert f"Request {titles[1].pk}: " in said
    assert Attestation.objects.get().request == titles[0]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"request": 10**30, "message": {}, "signature": "0x"},
        {"request": [1], "message": {}, "signature": "0x"},
        {"request": 1, "message": "text", "signature": "0x"},
        {"request": 1, "message": {"message": "text"}, "signature": "0x"},
        {"request": 1, "message": {"data": "0x" + "ff" * 400, "salt": "0x"}, "signature": "0x"},
        {"request": 1, "message": {"data": "0x" + "00" * 400, "time": 1e999}, "signature": "0x"},
        {"request": 1, "message": {"data": "0x" + "00" * 400, "time": 2**70}, "signature": "0x"},
    ],
)
def test_an_entry_that_is_none_is_refused_in_words(desk, titles, entry):
    entry = {**entry, "request": titles[0].pk} if entry.get("request") == 1 else entry

    said = bring(desk, json.dumps([entry]).encode())

    assert "Request " in said
    assert not Attestation.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff\xfe", b"[" * 100_000, b"PK\x03\x04", b"null"]
)
def test_a_file_that_is_none_is_refused_whole(desk, titles, content):
    said = bring(desk, content)

    assert "a JSON list was expected. Nothing was kept." in said


@pytest.mark.parametrize(("more", "is_taken"), [(0, True), (1, False)])
def test_no_more_than_so_many_statements_are_taken_at_once(desk, titles, more, is_taken):
    content = json.dumps([{"request": 0}] * (MOST_AT_ONCE + more)).encode()

    said = bring(desk, content)

    assert ("Request 0" in said) == is_taken
    assert ("Split it." in said) != is_taken
