"""An owner draws the outline of land and shows single fields; others can do neither."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from collateral import services
from collateral.domain.classes import class_by_code
from collateral.domain.disclosure import canonical_value
from collateral.models import Asset, Evidence, Parcel
from collateral.selectors.maps import map_of
from contracts.wallet import development_wallet
from settlement.models import Block
from tests.boards import Board, Maker, certificate
from tests.integration.portal.test_owner import HOUSE, sign_in

pytestmark = pytest.mark.django_db
NOW = 1_795_000_000
LON, LAT, SIDE = -118.2, 34.0, 0.001


@pytest.fixture(autouse=True)
def _time(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "evidence"
    Block.objects.create(number=1, hash="0x01", parent_hash="0x00", timestamp=NOW)


@pytest.fixture
def owner(client, settings):
    return sign_in(client, development_wallet(settings.RELAYER_MNEMONIC, "owner"))


@pytest.fixture
def house(owner):
    owner.post(reverse("portal:new_of_class", args=["real_estate"]), HOUSE)
    return Asset.objects.get(class_id=1)


def typed(lon=LON, lat=LAT, side=SIDE):
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)]
    return "\n".join(f"{x:.6f}, {y:.6f}" for x, y in corners)


def neighbour(lon):
    other = services.register_asset(
        asset_class=class_by_code("real_estate"),
        owner_address="0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        identifiers={"fips_apn": {"fips": "06037", "apn": "5077-028-099"}},
        attributes={},
    )
    ring = [[lon, LAT], [lon + SIDE, LAT], [lon + SIDE, LAT + SIDE], [lon, LAT + SIDE], [lon, LAT]]
    services.set_parcel(asset_id=other.pk, geojson={"type": "Polygon", "coordinates": [ring]})
    return other


def look(owner, house, text):
    return owner.post(reverse("portal:look_at_outline", args=[house.pk]), {"outline": text})


def keep(owner, house, text):
    return owner.post(reverse("portal:keep_outline", args=[house.pk]), {"outline": text})


def test_a_look_draws_and_keeps_nothing(owner, house):
    neighbour(LON + SIDE)

    page = look(owner, house, typed()).content.decode()

    assert page.count('class="here"') == page.count('class="other"') == 1
    assert Parcel.objects.filter(asset=house).count() == 0


def test_a_look_at_taken_ground_says_so_and_draws_it(owner, house):
    neighbour(LON + SIDE / 2)

    page = look(owner, house, typed()).content.decode()

    assert "overlaps a registered parcel" in page
    assert 'class="other"' in page


def test_a_look_at_what_is_no_outline_says_what_to_write(owner, house):
    page = look(owner, house, "next to the church").content.decode()

    assert "Line 1 is no corner" in page
    assert "<svg" not in page


def test_an_outline_is_kept_shown_and_replaced(owner, house):
    first = keep(owner, house, typed())
    second = keep(owner, house, typed(side=SIDE / 2))

    house.refresh_from_db()
    assert (first.status_code, second.status_code) == (302, 302)
    assert Parcel.objects.count() == 1
    assert house.attributes["parcel_sha256"] == Parcel.objects.get().sha256
    page = owner.get(reverse("portal:thing", args=[house.pk])).content.decode()
    assert 'class="here"' in page


@pytest.mark.parametrize("text", ["", "nonsense"])
def test_an_outline_that_is_none_is_refused_on_the_page(owner, house, text):
    response = keep(owner, house, text)

    assert response.status_code == 409
    assert 'role="alert"' in response.content.decode()
    assert not Parcel.objects.exists()


def test_taken_ground_is_refused(owner, house):
    neighbour(LON)

    response = keep(owner, house, typed())

    assert response.status_code == 409
    assert not Parcel.objects.filter(asset=house).exists()


def test_the_outline_is_fixed_while_verifiers_look(owner, house):
    services.submit_for_verification(asset_id=house.pk)

    response = keep(owner, house, typed())

    assert response.status_code == 409
    assert "outline-text" not in response.content.decode()


def test_an_outline_drawn_after_a_rejection_is_in_what_is_signed_next(owner, house):
    services.submit_for_verification(asset_id=house.pk)
    Asset.objects.filter(pk=house.pk).update(status="incomplete")
    keep(owner, house, typed())

    services.submit_for_verification(asset_id=house.pk)

    house.refresh_from_db()
    newest = Evidence.objects.filter(asset=house, kind="registration").latest("submission")
    assert newest.submission == 2
    assert newest.fields["attributes.parcel_sha256"] == house.parcel.sha256
    assert set(house.requests.filter(status="open").values_list("evidence_root", flat=True)) == {
        house.evidence_root
    }


def test_a_parcel_comes_before_a_cell_on_the_map(owner, house):
    keep(owner, house, typed())
    house.refresh_from_db()
    house.attributes["location_h3"] = "8c2a1072b59adff"

    drawn = map_of(house)

    assert [one.label for one in drawn.outlines] == ["this parcel"]


def show(owner, house, *fields):
    return owner.post(reverse("portal:show", args=[house.pk]), {"fields": fields})


def test_one_field_is_shown_alone_with_its_proof(owner, house):
    services.submit_for_verification(asset_id=house.pk)

    response = show(owner, house, "attributes.address")

    shown = json.loads(response.content)
    assert response["Content-Disposition"].startswith("attachment")
    assert (shown["field"], shown["value"]) == ("attributes.address", "1 Elm St")
    assert canonical_value("5077") not in response.content


def test_several_fields_are_one_file_and_documents_are_offered(owner, house):
    services.attach_evidence(
        asset_id=house.pk, kind="Title deed", content=b"This is the title deed of a house."
    )
    services.submit_for_verification(asset_id=house.pk)

    page = owner.get(reverse("portal:thing", args=[house.pk])).content.decode()
    shown = json.loads(show(owner, house, "attributes.address", "Title deed").content)

    assert 'value="Title deed"' in page
    assert [one["field"] for one in shown] == ["attributes.address", "Title deed"]
    house.refresh_from_db()
    assert {one["evidence_root"] for one in shown} == {house.evidence_root}


@pytest.mark.parametrize(("fields", "status"), [([], 400), (["attributes.secret"], 409)])
def test_nothing_chosen_and_no_such_field_are_refused(owner, house, fields, status):
    services.submit_for_verification(asset_id=house.pk)

    assert show(owner, house, *fields).status_code == status


def test_before_the_verifiers_there_is_nothing_to_show(owner, house):
    page = owner.get(reverse("portal:thing", args=[house.pk])).content.decode()

    assert 'name="fields"' not in page
    assert show(owner, house, "attributes.address").status_code == 409


@pytest.fixture
def board_and_server(owner, settings, tmp_path):
    """A board under a trusted maker, and the owner's draft of the server that holds it."""
    maker = Maker()
    settings.DEVICE_ROOTS = str(tmp_path / "roots.pem")
    (tmp_path / "roots.pem").write_bytes(maker.pem)
    now_s = int(timezone.now().timestamp())
    board = Board(maker, from_s=now_s - 86_400)
    maker.line = certificate("line", maker.line_key, "root", maker.root_key, ca=True, from_s=now_s)
    board.chain = [board.certificate, maker.line]
    server = services.register_asset(
        asset_class=class_by_code("gpu_server"),
        owner_address=development_wallet(settings.RELAYER_MNEMONIC, "owner").address,
        identifiers={"device_cert": {"device_certificate": board.fingerprint}},
        attributes={},
    )
    return board, server


def say(owner, server, token):
    return owner.post(reverse("portal:attest_board", args=[server.pk]), {"token": token})


def test_a_board_answers_the_nonce_of_its_page_and_its_word_is_kept(owner, board_and_server):
    board, server = board_and_server
    page = owner.get(reverse("portal:thing", args=[server.pk]))
    nonce = page.context["page"].board_nonce
    token = board.token(nonce, made=int(timezone.now().timestamp()))

    response = say(owner, server, token)

    assert nonce in page.content.decode()
    assert response.status_code == 302
    assert server.evidence.get().kind == "Device attestation"


def test_a_board_that_says_nothing_of_use_is_refused_on_the_page(owner, board_and_server):
    _, server = board_and_server

    response = say(owner, server, "hello")

    assert response.status_code == 409
    assert "no signed JSON web token" in response.content.decode()
    assert not server.evidence.exists()


def test_without_trusted_makers_or_a_key_no_board_is_asked(
    owner, board_and_server, settings, house
):
    _, server = board_and_server

    without_key = owner.get(reverse("portal:thing", args=[house.pk])).context["page"]
    settings.DEVICE_ROOTS = ""
    without_roots = owner.get(reverse("portal:thing", args=[server.pk])).context["page"]

    assert (without_key.board_nonce, without_roots.board_nonce) == ("", "")


@pytest.mark.parametrize("name", ["look_at_outline", "keep_outline", "show", "attest_board"])
def test_what_belongs_to_others_is_not_there(owner, house, settings, name):
    sign_in(owner, development_wallet(settings.RELAYER_MNEMONIC, "verifier"))

    response = owner.post(reverse(f"portal:{name}", args=[house.pk]), {"outline": typed()})

    assert response.status_code == 404
