"""The history of risk terms, as the chain set them."""

import pytest
from django.urls import reverse

from contracts.types import Event
from governance.models import TermsChange
from governance.selectors import differences, terms_now
from settlement.projection import project
from tests.integration.lending.story import GENESIS, camel

CAR = next(row for row in GENESIS["classes"] if row["id"] == 2)
pytestmark = pytest.mark.django_db


def tell(name: str, block: int, **args) -> None:
    event = Event(
        name=name,
        contract="RiskTerms",
        address="0x" + "51" * 20,
        args=args,
        block_number=block,
        block_hash="0x",
        tx_hash="0x",
        log_index=0,
        block_time=1_800_000_000 + block,
    )
    project([event])


@pytest.fixture
def two_settings():
    tell("ClassTermsSet", 1, classId=2, terms=camel(CAR["terms"]))
    tell("ClassTermsSet", 2, classId=2, terms=camel(CAR["terms"] | {"max_ltv_bps": 4_500}))


def test_the_newest_setting_is_what_holds(two_settings):
    (now,) = terms_now()

    assert (now.class_id, now.terms["max_ltv_bps"]) == (2, 4_500)
    assert now.set_at == 1_800_000_002


def test_a_change_is_shown_against_the_terms_before_it(two_settings):
    newest = TermsChange.objects.first()

    moved = [(one.name, one.before, one.after) for one in differences(newest)]

    assert moved == [("max_ltv_bps", 5_000, 4_500)]


def test_the_rate_follows_the_curve_and_rounds_up(two_settings):
    tell("UtilisationSet", 3, reportedBps=900, curveBps=501)

    (now,) = terms_now()

    assert now.rate_bps == 900 + 26


def test_staff_can_read_the_history_and_not_change_it(two_settings, admin_client):
    listed = admin_client.get(reverse("admin:governance_termschange_changelist"))
    added = admin_client.get(reverse("admin:governance_termschange_add"))

    assert "max_ltv_bps 5000 → 4500" in listed.content.decode()
    assert added.status_code == 403
