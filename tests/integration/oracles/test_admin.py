"""Admin pages of the oracles."""

import pytest
from django.urls import reverse

from collateral.models import JointStatus
from oracles import selectors, services
from oracles.models import (
    BreakerTrip,
    Observation,
    Override,
    Reporter,
    Round,
    RoundDissent,
    RoundStatus,
    Source,
    SourceFeed,
    Valuation,
)
from oracles.services import record_observations
from tests.integration.oracles.steps import published, sign
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
        *("source", "sourcefeed", "observation", "override", "breakertrip"),
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


def test_a_round_tells_of_each_reporter_what_it_did(admin_client, opened, reporters):
    sign(opened, reporters[:1])
    dissent = Reporter.objects.get(address=reporters[1].address)
    RoundDissent.objects.create(
        round=opened,
        reporter=dissent,
        code="ROOT_MISMATCH",
        root=opened.content_hash,
        snapshot_hash=opened.snapshot_hash,
        count=3,
    )

    shown = page(admin_client, "round_change", opened.pk)

    assert shown.count("● signed") == 1
    assert shown.count("■ differs in 3 leaves") == 1
    assert shown.count("▲ has not answered") == 5


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


@pytest.fixture
def proposed(admin_client, make_asset):
    """A cap proposed on the form by the first person."""
    asset = make_asset()
    form = {"asset": asset.pk, "cap": "40000.50", "reason": "The roof burnt down on Tuesday."}
    answer = admin_client.post(reverse("admin:oracles_override_add"), form)
    assert answer.status_code == 302
    return Override.objects.get()


def decide(client, override, action):
    chosen = {"action": action, "_selected_action": [override.pk]}
    return client.post(reverse("admin:oracles_override_changelist"), chosen, follow=True)


def test_a_cap_is_proposed_in_dollars_by_whoever_is_signed_in(admin_user, proposed):
    assert (proposed.cap_units, proposed.proposed_by) == (40_000_500_000, admin_user)
    assert proposed.status == JointStatus.PROPOSED


def test_a_second_person_confirms_in_the_list(proposed, client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("second"))

    answer = decide(client, proposed, "confirm")

    assert "counts from the next round on" in answer.content.decode()
    assert Observation.objects.get(override=proposed).amount == 40_000_500_000
    assert page(client, "override_change", proposed.pk)


def test_the_same_person_cannot_confirm_in_the_list(proposed, admin_client):
    answer = decide(admin_client, proposed, "confirm")

    assert "another person must confirm it" in answer.content.decode()
    assert Override.objects.get().status == JointStatus.PROPOSED


def test_a_proposal_can_be_declined_in_the_list(proposed, admin_client):
    decide(admin_client, proposed, "decline")

    assert Override.objects.get().status == JointStatus.DECLINED


def test_a_second_proposal_for_the_asset_says_that_one_is_open(proposed, admin_client):
    form = {"asset": proposed.asset_id, "cap": "", "reason": "It was repaired last Friday."}

    answer = admin_client.post(reverse("admin:oracles_override_add"), form, follow=True)

    assert "is proposed already" in answer.content.decode()


def test_dispersion_shows_how_far_sources_lie_apart(admin_client, make_asset, said):
    asset = make_asset()
    record_observations(observations=[said(asset, 160_000 * USD)], now=NOW)
    published(services.open_round(observed_at=NOW))

    shown = page(admin_client, "dispersion")

    assert "$100,000.00" in shown
    assert "$160,000.00" in shown
    assert "Disputed" in shown
    assert "+60.0 %" in shown


def test_dispersion_before_the_first_round_says_so(admin_client):
    assert "No round has been published yet" in page(admin_client, "dispersion")


def test_dispersion_of_another_class_holds_nothing_of_this_one(admin_client, make_asset):
    make_asset()
    published(services.open_round(observed_at=NOW))

    shown = admin_client.get(reverse("admin:oracles_dispersion"), {"class": "2"})

    assert "There is nothing to compare" in shown.content.decode()


def test_a_round_that_the_breaker_held_back_is_shown(admin_client, db):
    BreakerTrip.objects.create(
        number=3, observed_at=NOW, beyond=30, counted=90, classes={"1": 20, "2": 10}
    )

    shown = page(admin_client, "breakertrip_changelist")

    assert "30 of 90 values" in shown
    assert "Real estate 20, Car 10" in shown
    assert "Holds the round back" in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"adapter": "http_json", "hosts": "[]"}, "hosts that may be asked"),
        ({"adapter": "aggregator", "url": "", "terms": "{}"}, "whole number under"),
        ({"adapter": "devices", "url": ""}, "for which class"),
    ],
)
def test_a_feed_is_saved_only_with_what_its_adapter_needs(admin_client, source, fields, sentence):
    form = {
        "source": source.pk,
        "url": "https://bank.example/rates",
        "hosts": '["bank.example"]',
        "items": "observations",
        "fields": "{}",
        "defaults": "{}",
        "terms": "{}",
        "every_s": "3600",
    }

    answer = admin_client.post(reverse("admin:oracles_sourcefeed_add"), form | fields)

    assert sentence in answer.content.decode()
    assert not SourceFeed.objects.exists()
