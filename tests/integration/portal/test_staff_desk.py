"""The first page of the staff desk tells what waits, in the portal's look."""

import pytest

from collateral.domain.classes import Role
from collateral.models import Asset, VerificationRequest, Verifier
from portal.admin_theme import UNFOLD
from tests.integration.portal import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def themed(settings):
    settings.UNFOLD = UNFOLD


def test_the_first_page_counts_what_waits(admin_client, themed):
    world.make_small_world()
    asset = Asset.objects.first()
    VerificationRequest.objects.create(asset=asset, role=4, evidence_root=asset.evidence_root)

    text = admin_client.get("/admin/").content.decode()

    assert "Requests waiting" in text
    assert "2 called or in auction" in text
    assert "Newest round" in text


def test_the_figures_lead_to_their_lists(admin_client, themed):
    text = admin_client.get("/admin/").content.decode()

    assert 'href="/admin/collateral/verificationrequest/"' in text
    assert 'href="/admin/lending/loan/"' in text


def test_a_verifier_is_told_what_waits_for_it_and_led_nowhere_closed(
    client, django_user_model, themed
):
    world.make_small_world()
    person = django_user_model.objects.create_user("firm", password="x", is_staff=True)
    verifier = Verifier.objects.create(address="0x" + "5" * 40, user=person)
    car = world.make_asset(99, class_id=2)
    verifier.authorities.create(class_id=car.class_id, roles=int(Role.TITLE))
    for role in (Role.TITLE, Role.APPRAISAL):
        VerificationRequest.objects.create(asset=car, role=role, evidence_root=car.evidence_root)
    client.force_login(person)

    answer = client.get("/admin/")

    figures = {figure["label"]: figure for figure in answer.context["desk_figures"]}
    assert figures["Requests waiting"]["value"] == "1"
    links = [figure["link"] for figure in figures.values() if figure["link"]]
    assert figures["Loans open"]["link"] == ""
    assert [client.get(link).status_code for link in links] == [200] * len(links)


def test_the_desk_takes_the_portals_colours(admin_client, themed):
    text = admin_client.get("/admin/").content.decode()

    assert "rgb(11, 90, 88)" in text
    assert "portal/admin.css" in text


def test_the_menu_holds_only_what_the_person_may_see(client, django_user_model, themed):
    clerk = django_user_model.objects.create_user("clerk", password="x", is_staff=True)
    client.force_login(clerk)

    text = client.get("/admin/").content.decode()

    assert "/admin/lending/loan/" not in text.split('class="desk"')[0]
