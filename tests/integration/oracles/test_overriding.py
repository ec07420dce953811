"""A cap on a value takes two people and a reason; the next round goes by it."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from collateral.domain.verification import VerificationError
from collateral.models import AssetChange, JointStatus
from oracles import selectors, services
from oracles.domain.observations import ObservationKind
from oracles.models import Observation, Override, Valuation, Verdict
from oracles.services.overriding import OverrideRefused
from tests.integration.oracles.steps import published
from tests.unit.oracles.factories import NOW, USD

pytestmark = pytest.mark.usefixtures("deployment", "chain_clock")
REASON = "The roof burnt down on Tuesday."
DAY_S = 86_400


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create_user("ada", is_staff=True)


@pytest.fixture
def ben(django_user_model):
    return django_user_model.objects.create_user("ben", is_staff=True)


@pytest.fixture
def propose(ada, make_asset):
    def made(asset=None, cap=40_000 * USD, reason=REASON):
        asset = asset or make_asset()
        return services.propose_override(asset_id=asset.pk, cap_units=cap, reason=reason, user=ada)

    return made


def confirm(override, user, now=NOW):
    return services.confirm_override(override_id=override.pk, user=user, now=now)


def test_a_confirmed_cap_is_an_observation_of_the_next_round(make_asset, propose, ben):
    asset, other = make_asset(), make_asset()

    confirm(propose(asset), ben)

    services.open_round(observed_at=NOW)
    assert Valuation.objects.get(asset=asset).value_units == 40_000 * USD
    assert Valuation.objects.get(asset=other).value_units == 100_000 * USD
    assert "roof burnt down" in AssetChange.objects.get(asset=asset).text


def test_nothing_changes_before_a_second_person_agrees(make_asset, propose):
    asset = make_asset()

    propose(asset)

    services.open_round(observed_at=NOW)
    assert Valuation.objects.get(asset=asset).value_units == 100_000 * USD


def test_a_lifted_cap_no_longer_holds(make_asset, propose, ben):
    asset = make_asset()
    confirm(propose(asset), ben)
    published(services.open_round(observed_at=NOW))
    later = NOW + 10 * DAY_S

    confirm(propose(asset, cap=None), ben, now=later)
    opened = services.open_round(observed_at=later)

    assert Valuation.objects.get(asset=asset, round=opened).target_value_units == 100_000 * USD


def test_the_person_who_proposed_cannot_confirm(propose, ada):
    with pytest.raises((OverrideRefused, VerificationError)) as refused:
        confirm(propose(), ada)

    assert refused.value.code == "SECOND_PERSON_NEEDED"
    assert not Observation.objects.filter(kind=ObservationKind.CAP).exists()


def test_the_database_refuses_one_person_in_both_places(propose, ada):
    made = propose()

    with pytest.raises(IntegrityError, match="override_needs_two_people"):
        Override.objects.filter(pk=made.pk).update(
            status=JointStatus.CONFIRMED, decided_by=ada, decided_at=timezone.now()
        )


def test_the_database_refuses_a_cap_that_nobody_decided(propose, ben, make_asset):
    confirm(propose(), ben)

    with pytest.raises(IntegrityError, match="observation_cap_has_override"), transaction.atomic():
        Observation.objects.filter(kind=ObservationKind.CAP).update(override=None)


def test_what_is_decided_is_decided_once(propose, ben):
    made = propose()
    services.decline_override(override_id=made.pk, user=ben)

    with pytest.raises((OverrideRefused, VerificationError)) as refused:
        confirm(made, ben)

    assert refused.value.code == "DECISION_CLOSED"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": " short   one "}, "REASON_NEEDED"),
        ({"reason": "x" * 301}, "REASON_NEEDED"),
        ({"cap": 0}, "CAP_OUT_OF_RANGE"),
        ({"cap": 500_000_000 * USD + 1}, "CAP_OUT_OF_RANGE"),
    ],
)
def test_a_proposal_without_reason_or_range_is_refused(propose, fields, code):
    with pytest.raises((OverrideRefused, VerificationError)) as refused:
        propose(**fields)

    assert refused.value.code == code


def test_an_asset_has_one_open_proposal(make_asset, propose):
    asset = make_asset()
    propose(asset)

    with pytest.raises((OverrideRefused, VerificationError)) as refused:
        propose(asset, cap=30_000 * USD)

    assert refused.value.code == "DECISION_OPEN"


def test_no_source_can_cap_a_value(make_asset, said):
    report = services.record_observations(observations=[said(make_asset(), 1, kind="cap")], now=NOW)

    assert [one.code for one in report.refused] == ["KIND_NOT_USED"]
    assert Observation.objects.get().verdict == Verdict.REFUSED


def test_the_asset_s_page_tells_the_cap_until_it_is_lifted(make_asset, propose, ben):
    asset = make_asset()
    confirm(propose(asset), ben)
    told = [one.kind for one in selectors.sources_of(asset)]

    confirm(propose(asset, cap=None), ben, now=NOW + 60)

    assert told == ["Cap"]
    assert selectors.sources_of(asset) == []
