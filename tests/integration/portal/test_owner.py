"""An owner registers a thing, proves it, hands it in, and is told what happens."""

import json
from hashlib import sha256
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from PIL import Image

from collateral import services
from collateral.domain.classes import CLASSES, Role
from collateral.models import Asset, EvidenceUpload, VerificationRequest
from contracts.wallet import development_wallet
from portal.middleware import MAX_BODY_BYTES, RefuseLargeBodies
from settlement.models import Block

pytestmark = pytest.mark.django_db
NOW = 1_795_000_000
HOUSE = {"fips": "06037", "apn": "5077-028-025", "country": "US", "address": "1 Elm St"}


@pytest.fixture(autouse=True)
def _time(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "evidence"
    Block.objects.create(number=1, hash="0x01", parent_hash="0x00", timestamp=NOW)


@pytest.fixture
def wallet(settings):
    return development_wallet(settings.RELAYER_MNEMONIC, "owner")


@pytest.fixture
def owner(client, wallet):
    """A browser signed in with the wallet."""
    return sign_in(client, wallet)


def sign_in(client, wallet):
    client.defaults["HTTP_HOST"] = "127.0.0.1"
    page = client.post("/sign-in/", {"address": wallet.address})
    signature = "0x" + wallet.sign_text(page.context["message"]).hex()
    client.post("/sign-in/", {"nonce": page.context["nonce"], "signature": signature})
    return client


@pytest.fixture
def house(owner):
    owner.post(reverse("portal:new_of_class", args=["real_estate"]), HOUSE)
    return Asset.objects.get()


def photo(colour="red", size=(40, 30)):
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def test_each_class_has_a_form_from_its_declaration(owner):
    for one in (one for one in CLASSES if not one.fungible):
        page = owner.get(reverse("portal:new_of_class", args=[one.code])).content.decode()

        assert all(f'name="{field.name}"' in page for field in one.fields if field.name != "record")


@pytest.mark.parametrize("code", ["lrt", "spaceship"])
def test_what_is_no_physical_class_has_no_form(owner, code):
    assert owner.get(reverse("portal:new_of_class", args=[code])).status_code == 404


def test_a_house_is_registered_to_the_wallet_that_signed_in(owner, wallet):
    response = owner.post(
        reverse("portal:new_of_class", args=["real_estate"]),
        HOUSE | {"floor_area": "1200", "floor_area.unit": "sqft", "price": "231400"},
    )

    asset = Asset.objects.get()
    assert response["Location"] == reverse("portal:thing", args=[asset.pk])
    assert (asset.owner_address, asset.status) == (wallet.address, "draft")
    assert asset.attributes["floor_area_cm2"] == 1_114_836
    assert asset.price_units == 231_400_000_000


def test_each_wrong_entry_is_named_at_its_field_and_nothing_is_registered(owner):
    response = owner.post(
        reverse("portal:new_of_class", args=["real_estate"]),
        HOUSE | {"fips": "99999", "price": "28.500", "year_built": "3020"},
    )

    page = response.content.decode()
    assert response.status_code == 400
    assert "3 entries need correcting" in page
    assert "can be read in two ways" in page
    assert 'value="28.500"' in page
    assert not Asset.objects.exists()


def test_a_thing_without_an_identifier_is_refused(owner):
    response = owner.post(reverse("portal:new_of_class", args=["car"]), {"maker": "MCI"})

    assert "Name the thing by its vehicle identification number" in response.content.decode()
    assert not Asset.objects.exists()


def test_a_thing_is_registered_once_however_it_is_written(owner, house):
    response = owner.post(
        reverse("portal:new_of_class", args=["real_estate"]), HOUSE | {"apn": " 5077 028 025 "}
    )

    assert "registered already" in response.content.decode()
    assert Asset.objects.count() == 1


def test_identifiers_are_checked_while_they_are_typed(owner):
    address = reverse("portal:check", args=["car"])

    good = owner.post(address, {"vin": "1M8GDM9AXKP042788", "country": "US"}).content.decode()
    bad = owner.post(address, {"vin": "1M8GDM9A0KP042788", "country": "US"}).content.decode()

    assert "is well formed" in good
    assert "problem" in bad


def test_several_documents_are_kept_from_the_plain_form(owner, house):
    files = [
        SimpleUploadedFile("Title deed.txt", b"Deed of 1 Elm St"),
        SimpleUploadedFile("Front.jpg", photo()),
    ]

    owner.post(reverse("portal:add_evidence", args=[house.pk]), {"files": files})

    kinds = dict(house.evidence.values_list("kind", "media_type"))
    assert kinds == {"Title deed": "text/plain", "Front": "image/jpeg"}


def test_a_bad_document_is_refused_and_the_good_one_beside_it_kept(owner, house):
    files = [
        SimpleUploadedFile("virus.exe", b"MZ\x90\x00\x03"),
        SimpleUploadedFile("Deed.txt", b"Deed of 1 Elm St"),
    ]

    response = owner.post(reverse("portal:add_evidence", args=[house.pk]), {"files": files})

    assert response.status_code == 400
    assert "virus.exe: The file is not PDF" in response.content.decode()
    assert list(house.evidence.values_list("kind", flat=True)) == ["Deed"]


def test_a_document_comes_in_pieces_and_goes_on_after_a_break(owner, house):
    content = b"A long deed. " * 200
    begun = start(owner, house, "Deed.txt", len(content), content)
    send(owner, begun, 0, content[:1000])

    again = start(owner, house, "Deed.txt", len(content), content)
    repeated = send(owner, begun, 0, content[:1000])
    last = send(owner, begun, 1000, content[1000:])

    assert (again["id"], again["received"]) == (begun["id"], 1000)
    assert repeated["received"] == 1000
    assert last["done"] is True
    kept = house.evidence.get()
    assert services.evidence_content(evidence=kept) == content
    assert not EvidenceUpload.objects.exists()


def start(client, house, name, size, content=b""):
    address = reverse("portal:begin_upload", args=[house.pk])
    digest = sha256(content).hexdigest()
    body = json.dumps({"name": name, "size": size, "sha256": digest})
    return client.post(address, body, content_type="application/json").json()


def send(client, begun, offset, piece):
    return client.post(
        begun["address"],
        piece,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    ).json()


def test_a_document_that_was_edited_meanwhile_is_sent_from_its_beginning(owner, house):
    former, edited = b"The house is mine. " * 50, b"The boat is mine.. " * 50
    begun = start(owner, house, "Deed.txt", len(former), former)
    send(owner, begun, 0, former[:500])

    other = start(owner, house, "Deed.txt", len(edited), edited)

    assert (other["received"], other["id"] == begun["id"]) == (0, False)


def test_pieces_of_two_documents_never_make_one(owner, house):
    former, edited = b"The house is mine. " * 50, b"The boat is mine.. " * 50
    begun = start(owner, house, "Deed.txt", len(former), former)
    send(owner, begun, 0, former[:500])

    said = send(owner, begun, 500, edited[500:])

    assert said["error"]["code"] == "UPLOAD_DAMAGED"
    assert not house.evidence.exists()
    assert not EvidenceUpload.objects.exists()


@pytest.mark.parametrize("digest", ["", "ab", "zz" * 32, "AB" * 32, None, 5])
def test_a_document_is_announced_with_its_hash(owner, house, digest):
    body = json.dumps({"name": "Deed.txt", "size": 5, "sha256": digest})

    said = owner.post(
        reverse("portal:begin_upload", args=[house.pk]), body, content_type="application/json"
    )

    assert said.json()["error"]["code"] == "UPLOAD_HASH"


@pytest.mark.parametrize(
    "body", ['{"name": "a.txt", "sha256": "", "size": Infinity}', "[" * 100_000, "7", "\udead"]
)
def test_an_announcement_that_cannot_be_read_is_refused_in_words(owner, house, body):
    said = owner.post(
        reverse("portal:begin_upload", args=[house.pk]),
        body.encode("utf-8", "surrogatepass"),
        content_type="application/json",
    )

    assert (said.status_code, said.json()["error"]["code"]) == (400, "FORMAT")


@pytest.mark.parametrize(
    ("offset", "piece", "code"),
    [
        (5, b"x", "CHUNK_OFFSET"),
        (0, b"", "CHUNK_SIZE"),
        (0, b"x" * 2_000, "CHUNK_OFFSET"),
        ("x", b"x", "FORMAT"),
        ("9" * 5_000, b"x", "FORMAT"),
    ],
)
def test_a_piece_out_of_place_is_refused(owner, house, offset, piece, code):
    begun = start(owner, house, "Deed.txt", 1_000)

    said = send(owner, begun, offset, piece)

    assert said["error"]["code"] == code
    assert EvidenceUpload.objects.get().received == 0


def test_200_megabytes_are_refused_before_a_byte_is_sent(owner, house):
    said = start(owner, house, "Scan.pdf", 200 * 2**20)

    assert said["error"]["code"] == "EVIDENCE_SIZE"
    assert not EvidenceUpload.objects.exists()


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
def test_a_request_that_announces_too_much_goes_no_further(rf, more, status):
    body = BytesIO(b"x" * 100_000)
    request = rf.post("/mine/", CONTENT_LENGTH=str(MAX_BODY_BYTES + more))
    request = type(request)(request.environ | {"wsgi.input": body})

    answer = RefuseLargeBodies(lambda _: HttpResponse())(request)

    assert answer.status_code == status
    # A browser sees the refusal once all that it sends is taken from it.
    assert body.tell() == (100_000 if more else 0)


def test_a_refused_request_is_read_to_its_end(rf):
    body = BytesIO(b"x" * 200_000)
    request = rf.post("/mine/", CONTENT_LENGTH="150000")
    request = type(request)(request.environ | {"wsgi.input": body})

    RefuseLargeBodies(lambda _: HttpResponse(status=400))(request)

    assert body.tell() == 150_000


def test_a_broken_document_is_refused_at_its_last_piece_and_forgotten(owner, house):
    begun = start(owner, house, "Deed.pdf", 9, b"not a pdf")

    said = send(owner, begun, 0, b"not a pdf")

    assert said["error"]["code"] == "EVIDENCE_TYPE_MISMATCH"
    assert not EvidenceUpload.objects.exists()
    assert not house.evidence.exists()


def test_a_document_goes_out_as_an_attachment_to_its_owner_only(owner, house, settings):
    services.attach_evidence(asset_id=house.pk, kind="Deed", content=b"the deed")
    evidence = house.evidence.get()
    address = reverse("portal:evidence_file", args=[house.pk, evidence.pk])
    stranger = sign_in(type(owner)(), development_wallet(settings.RELAYER_MNEMONIC, "owner", 1))

    own, others = owner.get(address), stranger.get(address)

    assert own.content == b"the deed"
    assert own["Content-Disposition"].startswith("attachment")
    assert own["X-Content-Type-Options"] == "nosniff"
    assert others.status_code == 404
    assert stranger.get(reverse("portal:thing", args=[house.pk])).status_code == 404


def test_a_draft_is_handed_in_and_its_evidence_is_then_fixed(owner, house):
    owner.post(reverse("portal:submit", args=[house.pk]))

    page = owner.get(reverse("portal:thing", args=[house.pk])).content.decode()
    late = owner.post(
        reverse("portal:add_evidence", args=[house.pk]),
        {"files": [SimpleUploadedFile("Late.txt", b"late")]},
    )
    assert "With verifiers" in page
    assert "Handed to the verifiers." in page
    assert "sign exactly the evidence they saw" in late.content.decode()
    assert not house.evidence.exclude(path="").exists()


def test_a_document_can_be_taken_out_until_a_verifier_has_it(owner, house):
    services.attach_evidence(asset_id=house.pk, kind="Deed", content=b"the deed")
    services.attach_evidence(asset_id=house.pk, kind="Photo", content=photo())
    deed, photograph = house.evidence.order_by("pk")
    owner.post(reverse("portal:remove_evidence", args=[house.pk, deed.pk]))
    services.submit_for_verification(asset_id=house.pk)

    late = owner.post(reverse("portal:remove_evidence", args=[house.pk, photograph.pk]))

    assert late.status_code == 409
    assert house.evidence.filter(path__gt="").get() == photograph


def test_the_owner_is_told_what_is_new_once(owner, house):
    services.submit_for_verification(asset_id=house.pk)

    first = owner.get(reverse("portal:mine")).content.decode()
    second = owner.get(reverse("portal:mine")).content.decode()

    assert "Handed to the verifiers." in first
    assert "Handed to the verifiers." not in second


def test_a_thing_shows_each_role_and_what_a_verifier_asks(owner, house):
    services.submit_for_verification(asset_id=house.pk)
    title = VerificationRequest.objects.get(role=Role.TITLE)
    firm = services.ensure_verifier(address="0x" + "7" * 40, name="Northern Title")
    firm.authorities.create(class_id=1, roles=int(Role.TITLE))
    services.claim_request(request_id=title.pk, verifier=firm)
    services.ask_for_more(
        request_id=title.pk, verifier=firm, reason="The register's extract is missing."
    )

    page = owner.get(reverse("portal:thing", args=[house.pk])).content.decode()

    assert "More is asked" in page
    assert "Northern Title" in page
    assert "extract is missing" in page
    assert "Hand it to the verifiers" in page


@pytest.mark.parametrize("name", ["mine", "new"])
def test_pages_of_an_owner_ask_to_sign_in(client, name):
    response = client.get(reverse(f"portal:{name}"))

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=")
