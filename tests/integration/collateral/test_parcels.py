"""No two parcels overlap: the service says who was first, the database holds in any case."""

import pytest
from django.db import IntegrityError, transaction

from collateral import services
from collateral.domain.classes import class_by_code
from collateral.domain.parcels import read_parcel
from collateral.errors import RegistrationError
from collateral.models import Asset, Parcel, ParcelCore
from tests.integration.collateral.conftest import OWNER

pytestmark = pytest.mark.django_db
LON, LAT, SIDE = -3.7, 40.4, 0.001
# Half a metre is 0.0000045 degrees of latitude.
METRE = 1 / 111_195


def square(lon=LON, lat=LAT, side=SIDE, holes=()):
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring, *holes]}


def house(number, code="real_estate"):
    return services.register_asset(
        asset_class=class_by_code(code),
        owner_address=OWNER,
        identifiers={"fips_apn": {"fips": "17031", "apn": f"14-33-422-{number:03}"}},
        attributes={},
    )


def outlined(number, geojson):
    asset = house(number)
    services.set_parcel(asset_id=asset.pk, geojson=geojson)
    return asset


def test_an_outline_is_kept_and_its_hash_is_among_what_verifiers_sign():
    asset = outlined(1, square())

    asset.refresh_from_db()
    assert asset.parcel.area_m2 == read_parcel(square()).area_m2
    assert asset.attributes["parcel_sha256"] == asset.parcel.sha256


@pytest.mark.parametrize(
    "other",
    [
        square(),
        square(lon=LON + SIDE / 2),
        square(lon=LON + SIDE / 4, lat=LAT + SIDE / 4, side=SIDE / 10),
        square(lon=LON - SIDE, lat=LAT - SIDE, side=3 * SIDE),
        square(lat=LAT + SIDE - METRE),
    ],
    ids=["the same", "half of it", "inside", "around", "one metre over the border"],
)
def test_an_overlap_is_refused_and_the_first_named(other):
    first = outlined(1, square())
    services.submit_for_verification(asset_id=first.pk)

    with pytest.raises(RegistrationError) as refusal:
        outlined(2, other)

    assert refusal.value.code == "PARCEL_OVERLAP"
    assert f"no. {first.pk}" in refusal.value.sentence
    assert refusal.value.holder["holder"]["requests"] == list(
        first.requests.order_by("pk").values_list("pk", flat=True)
    )
    assert Parcel.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        square(lon=LON + SIDE),
        square(lat=LAT + SIDE),
        square(lon=LON + SIDE, lat=LAT + SIDE),
        square(lat=LAT + SIDE - 0.4 * METRE),
        square(lon=LON + 1),
    ],
    ids=["east", "north", "at the corner", "within the tolerance of surveys", "elsewhere"],
)
def test_neighbours_that_touch_are_two_parcels(other):
    outlined(1, square())

    outlined(2, other)

    assert Parcel.objects.count() == 2


def test_a_parcel_may_lie_in_the_hole_of_another():
    inner = square(lon=LON + SIDE / 4, lat=LAT + SIDE / 4, side=SIDE / 2)
    outlined(1, square(holes=inner["coordinates"]))

    outlined(2, inner)

    assert Parcel.objects.count() == 2


def test_the_database_refuses_an_overlap_whatever_the_service_saw(monkeypatch):
    outlined(1, square())
    monkeypatch.setattr("collateral.services.parcels.refuse_overlap", lambda parcel: None)

    with pytest.raises(RegistrationError) as refusal:
        outlined(2, square(lon=LON + SIDE / 2))

    assert refusal.value.code == "PARCEL_OVERLAP"
    assert Parcel.objects.count() == 1


def test_the_rule_is_the_database_s_own():
    first = Parcel.objects.get(asset=outlined(1, square()))
    core = read_parcel(square()).cores[0]

    with pytest.raises(IntegrityError, match="parcel_no_overlap"), transaction.atomic():
        ParcelCore.objects.create(parcel=first, core=core)


def test_a_draft_may_change_its_outline():
    asset = outlined(1, square())

    services.set_parcel(asset_id=asset.pk, geojson=square(lon=LON + SIDE / 2))

    assert Parcel.objects.get().geometry["coordinates"][0][0] == [LON + SIDE / 2, LAT]


def test_the_outline_is_closed_once_verifiers_see_it():
    asset = outlined(1, square())
    services.submit_for_verification(asset_id=asset.pk)

    with pytest.raises(RegistrationError) as refusal:
        services.set_parcel(asset_id=asset.pk, geojson=square(lon=LON + 1))

    assert refusal.value.code == "EVIDENCE_CLOSED"


def test_a_car_has_no_outline(car):
    with pytest.raises(RegistrationError) as refusal:
        services.set_parcel(asset_id=car.pk, geojson=square())

    assert refusal.value.code == "NO_PARCEL"


def test_a_thing_registered_twice_is_told_which_request_holds_it(submitted_car):
    with pytest.raises(RegistrationError) as refusal:
        services.register_asset(
            asset_class=class_by_code("car"),
            owner_address=OWNER,
            identifiers={"vin": {"vin": submitted_car.canonical.lower()}},
            attributes={},
        )

    requests = list(submitted_car.requests.order_by("pk").values_list("pk", flat=True))
    assert refusal.value.holder["holder"] == {
        "asset": submitted_car.pk,
        "requests": requests,
        "status": "Waiting for verifiers",
        "token_id": None,
    }
    assert all(f"no. {number}" in refusal.value.sentence for number in requests)
    assert OWNER not in refusal.value.sentence
    assert Asset.objects.count() == 1
