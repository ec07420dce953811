"""Registering by a signed request: the owner's wallet is the log-in, bad input has its code."""

import json

import pytest

from collateral import services
from collateral.domain.requests import request_text
from collateral.models import Asset, Parcel
from contracts.wallet import random_wallet
from tests.integration.collateral.conftest import VIN
from tests.integration.collateral.test_parcels import square

pytestmark = pytest.mark.django_db
OWNER = random_wallet()
CAR = {
    "class": "car",
    "owner": OWNER.address,
    "jurisdiction": "US",
    "identifiers": {"vin": {"vin": VIN}},
    "attributes": {"maker": "MCI", "mileage": "120 km", "price": "15900", "year_built": "1989"},
}
HOUSE = {
    "class": "real_estate",
    "owner": OWNER.address,
    "identifiers": {"es_cadastre": {"cadastre": "7837301VG8173B0001TT"}},
    "parcel": square(),
}


def signed(body, wallet=OWNER):
    return body | {"signature": "0x" + wallet.sign_text(request_text(body)).hex()}


def post(client, body, path="assets"):
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def test_a_thing_is_registered_with_its_attributes_in_base_units(client):
    answer = post(client, signed(CAR))

    asset = Asset.objects.get()
    assert (answer.status_code, answer.json()["asset"]) == (201, asset.pk)
    assert asset.owner_address == OWNER.address
    assert asset.attributes == {
        "maker": "MCI",
        "mileage_m": 120_000,
        "price_units": 15_900_000_000,
        "year_built": 1989,
    }


def test_a_second_registration_is_refused_and_says_who_holds_it(client):
    post(client, signed(CAR))
    again = CAR | {"identifiers": {"vin": {"vin": f" {VIN.lower()}"}}}

    answer = post(client, signed(again))

    assert (answer.status_code, answer.json()["code"]) == (409, "DUPLICATE_ANCHOR")
    assert answer.json()["holder"]["asset"] == Asset.objects.get().pk


def test_a_house_is_registered_with_its_outline_or_not_at_all(client):
    first = post(client, signed(HOUSE))
    other = HOUSE | {"identifiers": {"fips_apn": {"fips": "17031", "apn": "14-33-422-068"}}}

    second = post(client, signed(other))

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "PARCEL_OVERLAP")
    assert Asset.objects.count() == Parcel.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"identifiers": {"vin": {"vin": "1J9RP1A3XA1644345"}}}, 422, "VIN_CHECKSUM"),
        ({"identifiers": {"vin": {"vin": "1HGCM82633AOO4352"}}}, 422, "VIN_CHARSET"),
        ({"identifiers": {"vin": {"vin": "11111111111111111"}}}, 422, "PLACEHOLDER_ID"),
        ({"identifiers": {"vin": {"vin": "1q87t3n166389"}}}, 422, "VIN_LENGTH"),
        ({"identifiers": {"vin": "x"}}, 422, "FIELD_TYPE"),
        ({"identifiers": {"h3": {"h3": "8a283473fffffff"}}}, 422, "SCHEME_NOT_ACCEPTED"),
        ({"identifiers": {}}, 422, "SCHEME_NOT_ACCEPTED"),
        ({"identifiers": []}, 422, "FIELD_TYPE"),
        ({"class": "submarine"}, 422, "CLASS_UNKNOWN"),
        ({"jurisdiction": "Germany"}, 422, "COUNTRY_FORMAT"),
        ({"attributes": {"year_built": "1000"}}, 422, "YEAR_SENTINEL"),
        ({"attributes": {"mileage": "-5 km"}}, 422, "NEGATIVE_USAGE"),
        ({"attributes": {"price": "0"}}, 422, "ZERO_PRICE"),
        ({"attributes": {"mileage": 5}}, 422, "FIELD_TYPE"),
        ({"attributes": {"colour": "red"}}, 422, "FIELD_UNKNOWN"),
        ({"parcel": square()}, 422, "NO_PARCEL"),
    ],
)
def test_bad_input_is_refused_with_its_code_and_leaves_nothing(client, change, status, code):
    answer = post(client, signed(CAR | change))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Asset.objects.exists()


def test_a_spanish_reference_with_wrong_letters_is_refused(client):
    body = HOUSE | {"identifiers": {"es_cadastre": {"cadastre": "7837301VG8173B0001TA"}}}

    answer = post(client, signed(body))

    assert (answer.status_code, answer.json()["code"]) == (422, "CADASTRE_CHECKSUM")


def test_a_request_that_was_changed_or_signed_by_another_is_refused(client):
    changed = signed(CAR) | {"jurisdiction": "CA"}

    codes = [
        post(client, changed).json()["code"],
        post(client, signed(CAR, random_wallet())).json()["code"],
        post(client, CAR).json()["code"],
        post(client, CAR | {"signature": "0xzz"}).json()["code"],
    ]

    assert codes == ["NOT_THE_OWNER", "NOT_THE_OWNER", "SIGNATURE_INVALID", "SIGNATURE_INVALID"]
    assert not Asset.objects.exists()


def test_the_words_to_sign_are_told(client):
    answer = post(client, CAR, "requests/text")

    assert answer.json()["sign"] == request_text(CAR)


def test_an_outline_is_checked_without_being_kept(client):
    free = post(client, square(), "parcels/check")
    post(client, signed(HOUSE))
    taken = post(client, square(), "parcels/check")
    crossed = post(client, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, "parcels/check")

    assert free.json()["area_m2"].isdigit()
    assert (taken.status_code, taken.json()["code"]) == (409, "PARCEL_OVERLAP")
    assert (crossed.status_code, crossed.json()["code"]) == (422, "RING_OPEN")


def test_the_owner_shows_one_field_and_nobody_else_does(client):
    number = post(client, signed(CAR)).json()["asset"]
    services.submit_for_verification(asset_id=number)
    asked = {"asset": number, "field": "attributes.maker"}
    path = f"assets/{number}/disclosures"

    shown = post(client, signed(asked), path)
    other = post(client, signed(asked, random_wallet()), path)
    elsewhere = post(client, signed(asked | {"asset": number + 1}), path)

    assert shown.json()["value"] == "MCI"
    assert other.json()["code"] == "NOT_THE_OWNER"
    assert elsewhere.json()["code"] == "ASSET_UNKNOWN"
