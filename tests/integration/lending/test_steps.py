"""What a step of the reader keeps in memory ends as if each event had been written by itself."""

from django.db import transaction

from lending.models import LoanCollateral, RequestStatus, TermsRequest
from settlement import projection
from tests.integration.lending.story import ADDRESSES, BORROWER, CAR, HOUSE, USD

ETHER = 10**18


def outcome_of(events):
    """Return what events leave behind, and take it back."""
    with transaction.atomic():
        projection.project(events)
        pledges = LoanCollateral.objects.order_by("id").values_list("loan_id", "token_id")
        requests = TermsRequest.objects.values_list("status", "loan_id")
        found = projection.state_hashes(), list(pledges), list(requests)
        transaction.set_rollback(True)
    return found


def request_of(*, nonce):
    TermsRequest.objects.create(
        borrower=BORROWER,
        lane_number=0,
        nonce=nonce,
        principal=9_000 * USD,
        deadline=1,
        terms={},
        signature="0x",
        status=RequestStatus.SENT,
    )


def test_loans_that_open_in_one_step_end_as_those_that_open_one_by_one(story, monkeypatch):
    request_of(nonce=7)
    request_of(nonce=8)
    with story.keeping() as events:
        first = story.open(assets=(HOUSE, CAR), lrt=3 * ETHER, nonce=7)
        story.of_loan("LrtPledged", first, token=ADDRESSES["TestRestakingToken"], amount=2 * ETHER)
        story.prefund(first, 100 * USD)
        second = story.open(assets=(), lrt=5 * ETHER)
        story.repay(second, 10 * USD)
        story.of_loan("Released", first, tokenId=CAR, to=BORROWER)
        story.of_loan("Pledged", first, tokenId=CAR)
        story.of_loan("LrtPledged", second, token=ADDRESSES["TestRestakingToken"], amount=1)

    together = outcome_of(events)
    monkeypatch.setattr(projection, "PORTION", 1)
    one_by_one = outcome_of(events)

    assert together == one_by_one
    assert together[1] == [(first, HOUSE), (first, 0), (second, 0), (first, CAR)]
    assert sorted(together[2]) == [(RequestStatus.OPENED, first), (RequestStatus.SENT, None)]
