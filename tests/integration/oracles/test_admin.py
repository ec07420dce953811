"""Admin pages of the oracles."""

import pytest
from django.urls import reverse

from oracles import selectors, services
from oracles.models import Observation, Round, RoundStatus, Source, Valuation
from oracles.services import record_observations
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("deployment", "chain_clock", "plain_static")


@pytest.fixture
def plain_static(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def opened(make_asset, said):
    asset = make_asset()
    given = [said(asset, 110_000 * USD), said(asset, "28.500")]
    record_observations(observations=given, now=NOW)
    return services.open_round(observed_at=NOW)


def page(client, name, *args):
    answer = client.get(reverse(f"admin:oracles_{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        *("source", "sourcefeed", "exchangerate", "observation"),
        *("round", "reporter", "valuation"),
    ],
)
def test_every_list_opens(admin_client, opened, reporters, name):
    assert page(admin_client, f"{name}_changelist")


def test_every_detail_opens(admin_client, opened, reporters):
    assert page(admin_client, "round_change", opened.pk)
    assert page(admin_client, "source_change", Source.objects.first().pk)
    assert page(admin_client, "observation_change", Observation.objects.first().pk)
    assert page(admin_client, "valuation_change", Valuation.objects.first().pk)


def test_a_refused_observation_says_why(admin_client, opened):
    shown = page(admin_client, "observation_changelist")

    assert "can be read in more than one way" in shown
    assert "110,000 USD" in shown


def test_a_round_shows_how_many_signatures_it_needs(admin_client, opened):
    assert "0 of 5 needed" in page(admin_client, "round_changelist")


def test_values_are_shown_in_dollars(admin_client, opened):
    assert "$100,000.00" in page(admin_client, "valuation_changelist")


@pytest.mark.parametrize("name", ["snapshot", "leaves"])
def test_the_documents_of_a_round_are_served_byte_for_byte(admin_client, opened, name):
    url = reverse("admin:oracles_round_document", args=[opened.pk, name])

    answer = admin_client.get(url)

    assert answer.content == getattr(selectors, name)(round=opened)


def test_a_document_that_does_not_exist_is_not_found(admin_client, opened):
    url = reverse("admin:oracles_round_document", args=[opened.pk, "other"])

    assert admin_client.get(url).status_code == 404


def test_documents_are_for_staff(client, opened):
    url = reverse("admin:oracles_round_document", args=[opened.pk, "snapshot"])

    assert client.get(url).status_code == 302


def test_a_round_can_be_opened_from_the_list(admin_client, make_asset):
    make_asset()

    admin_client.get(reverse("admin:oracles_round_open_now"))

    assert Round.objects.get().status == RoundStatus.SIGNING


def test_opening_with_nothing_to_value_says_so(admin_client):
    answer = admin_client.get(reverse("admin:oracles_round_open_now"), follow=True)

    assert "Record observations first" in answer.content.decode()


def test_publishing_too_early_says_what_is_missing(admin_client, opened):
    url = reverse("admin:oracles_round_publish_now", args=[opened.pk])

    answer = admin_client.get(url, follow=True)

    assert "0 of 5 signatures" in answer.content.decode()


@pytest.mark.parametrize("name", ["observation", "round", "reporter", "valuation"])
def test_nothing_is_added_by_hand_but_sources(admin_client, name):
    assert admin_client.get(reverse(f"admin:oracles_{name}_add")).status_code == 403
    assert admin_client.get(reverse("admin:oracles_source_add")).status_code == 200
