"""An outline drawn and shown to a verifier, single fields proven to a stranger, in browsers."""

import pytest

from collateral import services
from collateral.domain.classes import Role, class_by_code
from collateral.models import VerificationRequest, Verifier
from tests.e2e.desk.test_house import accessible, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chain]
LON, LAT, SIDE = -118.2, 34.0, 0.001


def ring(lon):
    return [(lon, LAT), (lon + SIDE, LAT), (lon + SIDE, LAT + SIDE), (lon, LAT + SIDE)]


def land(owner, apn):
    return services.register_asset(
        asset_class=class_by_code("real_estate"),
        owner_address=owner,
        identifiers={"fips_apn": {"fips": "06037", "apn": apn}},
        attributes={"address": f"{apn[-1]} Elm Street", "country": "US"},
        price_units=231_400_000_000,
    )


@pytest.fixture
def neighbour(registry):
    made = land(registry.owner.address, "5077-028-026")
    corners = [list(one) for one in [*ring(LON + SIDE), ring(LON + SIDE)[0]]]
    services.set_parcel(asset_id=made.pk, geojson={"type": "Polygon", "coordinates": [corners]})
    return made


@pytest.mark.parametrize("width", [1280, 360])
def test_an_owner_draws_an_outline_and_the_verifier_sees_it_on_the_map(
    person, registry, neighbour, width
):
    house = land(registry.owner.address, "5077-028-025")
    owner = person(registry.owner, width=width)
    sign_in(owner)
    owner.goto(f"{owner.base}/mine/{house.pk}/")

    owner.locator("#outline-text").press_sequentially(
        "\n".join(f"{x:.4f}, {y:.4f}" for x, y in ring(LON))
    )
    owner.locator("#outline-drawn path.here").wait_for()

    assert owner.locator("#outline-drawn path.other").count() == 1
    accessible(owner)
    owner.get_by_role("button", name="Keep this outline").click()
    owner.locator("#outline-drawn path.here").wait_for()
    services.submit_for_verification(asset_id=house.pk)
    firm = person(registry.wallets[0], login="firm0", width=width)
    request = VerificationRequest.objects.get(asset=house, role=Role.TITLE)
    firm.goto(f"{firm.base}/admin/collateral/verificationrequest/{request.pk}/change/")
    assert firm.locator(".map path.here").is_visible()
    assert firm.locator(".map path.other").count() == 1
    accessible(firm)


@pytest.fixture
def minted(registry):
    house = land(registry.owner.address, "5077-028-025")
    services.submit_for_verification(asset_id=house.pk)
    registry.attest_everything()
    services.queue_verified()
    registry.run()
    house.refresh_from_db()
    return house


def test_what_an_owner_shows_holds_on_the_page_that_asks_no_server_of_ours(
    person, registry, minted, anvil, tmp_path
):
    owner = person(registry.owner)
    sign_in(owner)
    owner.goto(f"{owner.base}/mine/{minted.pk}/")
    accessible(owner)
    owner.get_by_label("Address").check()
    owner.get_by_label("Country").check()
    with owner.expect_download() as download:
        owner.get_by_role("button", name="Make the file").click()
    file = tmp_path / "shown.json"
    download.value.save_as(file)

    stranger = person(width=360)
    stranger.goto(f"{stranger.base}/static/collateral/verify.html")
    accessible(stranger)
    stranger.set_input_files("#disclosure", file)
    stranger.fill("#registry", registry.deployment.address("AssetRegistry"))
    stranger.fill("#node", anvil)
    stranger.get_by_role("button", name="Check").click()

    stranger.locator("#outcome h2").wait_for()
    assert stranger.locator("#outcome").inner_text().startswith("Holds")
    assert stranger.get_by_text("5 Elm Street").is_visible()
    assert stranger.get_by_text("5077").count() == 0
    accessible(stranger)


def test_the_pages_of_news_and_of_a_verifier_leave_nobody_out(person, registry):
    Verifier.objects.update(lrt_bond_wei=10**18, lrt_address="0x" + "6" * 40)
    firm = Verifier.objects.first()
    page = person(registry.wallets[0], width=360)
    sign_in(page)

    for address in ("/mine/news/", "/verifiers/", f"/verifiers/{firm.pk}/", "/mail/stop/x/"):
        page.goto(page.base + address)
        accessible(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, address
