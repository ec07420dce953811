"""Every entry of every act of borrowers, lenders and voters, with values nobody should send."""

import pytest
from django.urls import reverse

from collateral.models import Asset
from lending.models import Claimable, Shortfall
from portal.acts import lenders
from portal.acts.lenders import Waiting
from tests.integration.lending.story import BORROWER, CAR, HOUSE, USD
from tests.integration.portal.test_acts import _ledger_answers, act_on, borrower, story
from tests.integration.portal.test_bad_values import BAD

__all__ = ["_ledger_answers", "borrower", "story"]
pytestmark = pytest.mark.django_db
VALUES = BAD | {
    "negative": "-5",
    "too fine": "0.0000001",
    "two meanings": "28.500",
    "infinite": "-Infinity",
    "a power of ten": "1e30",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "a megabyte": "7" * 1_000_000,
}
WANTED = {"amount": "4000", "limit": "", "schedule": "0", "instalments": "3", "days": "30"}


@pytest.fixture
def pages(story, monkeypatch):
    """The pages with acts: an open loan's, a called one's, and those of lenders and voters."""
    open_ = story.open(assets=(HOUSE, CAR), limit=20_000 * USD)
    story.prefund(open_, 100 * USD)
    Claimable.objects.create(lane_id=1, party=BORROWER, amount=40 * USD)
    Shortfall.objects.create(borrower=BORROWER, amount=25 * USD)
    ready = {0: Waiting(filled_assets=7 * USD, shares_ready=7, leaving_shares=3, refund=2)}
    monkeypatch.setattr(lenders, "waiting_of", lambda wallet: ready)
    named = ("lend", "my_loans", "governance")
    return [act_on(open_), *(reverse(f"portal:{name}") for name in named)]


@pytest.mark.parametrize("bad", VALUES.values(), ids=VALUES)
def test_an_act_takes_a_bad_value_or_says_what_is_wrong(borrower, pages, bad):
    tried = 0

    for page in pages:
        for act in borrower.get(page).context["acts"]:
            for entry in act.entries:
                given = {one.name: one.value or "1" for one in act.entries} | {entry.name: bad}
                answer = borrower.post(page, {"act": act.code, **given})
                tried += 1

                place = (page, act.code, entry.name)
                assert answer.status_code in (200, 400, 422), place
                if answer.status_code == 200 and not answer.context.get("call"):
                    assert answer.context["problem"], place
                assert "Traceback" not in answer.content.decode(), place
    assert tried > 8


@pytest.mark.parametrize("field", ["token", "tokens", *WANTED, "step"])
def test_borrowing_takes_a_bad_value_or_says_what_is_wrong(borrower, story, field):
    Asset.objects.update(status="minted")
    address = reverse("portal:borrow")

    for name, bad in VALUES.items():
        given = {"token": str(CAR), **WANTED, "step": "terms"} | {field: bad}
        answer = borrower.post(address, given)

        assert answer.status_code in (200, 302, 400, 422), name
        if answer.status_code == 200 and not answer.context.get("sheet"):
            assert answer.context["problem"] or bad == "" or field == "step", name
