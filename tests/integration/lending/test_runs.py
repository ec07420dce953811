"""Batches that only collect are applied together, and end as word by word."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from contracts.domain.words import Kind, Result
from lending.domain.errors import LendingRefused
from lending.models import Loan, LoanEntry
from lending.projection import batches
from lending.projection.batches import WordsMissing
from settlement import projection
from tests.integration.lending.story import CAR, HOUSE, MONTH, USD

COLLECT, CHARGE = Kind.COLLECT, Kind.CHARGE
NOBODYS = 999


@pytest.fixture
def loans(story):
    """Two prefunded loans of one lane, a month old."""
    first, second = story.open(assets=(CAR,)), story.open(assets=(HOUSE,))
    for loan_id in (first, second):
        story.prefund(loan_id, 3_100 * USD)
    story.tick(MONTH)
    return first, second


def told_of(story, loans):
    """Return the events of a step in which batches of all sorts stand between other events."""
    first, second = loans
    with story.keeping() as kept:
        story.settle(
            0,
            (COLLECT, first, 100 * USD, Result.APPLIED),
            (COLLECT, first, 50 * USD, Result.APPLIED),
            (COLLECT, second, 9 * USD, Result.FAILED),
            (COLLECT, second, 10 * USD, Result.APPLIED),
            (COLLECT, first, 70 * USD, Result.SKIPPED),
            (COLLECT, NOBODYS, 70 * USD, Result.FAILED),
        )
        story.settle(0, (COLLECT, second, 5 * USD, Result.FAILED))
        story.prefund(second, 20 * USD)
        story.settle(0, (COLLECT, second, 3_110 * USD, Result.APPLIED))
        story.settle(0, (COLLECT, first, 1, Result.APPLIED), (CHARGE, first, 1, Result.FAILED))
        story.settle(0, (COLLECT, first, 2, Result.APPLIED))
        story.repay(first, 3 * USD)
    return kept


def outcome_of(events):
    """Return what a step leaves behind, and take it back."""
    with transaction.atomic():
        projection.project(events)
        found = projection.state_hashes(), entries()
        transaction.set_rollback(True)
    return found


def entries():
    return list(
        LoanEntry.objects.order_by("id").values_list("loan_id", "name", "amount", "details")
    )


def test_collections_in_runs_end_as_word_by_word(story, loans, monkeypatch):
    events = told_of(story, loans)

    together = outcome_of(events)
    monkeypatch.setattr(batches, "only_collects", lambda words: False)
    one_by_one = outcome_of(events)

    assert together == one_by_one
    assert len(together[1]) > 10


def test_batches_side_by_side_read_and_write_their_loans_once(story, loans):
    first, second = loans
    with story.keeping() as events:
        for _ in range(20):
            story.settle(0, (COLLECT, first, 1, Result.APPLIED), (COLLECT, second, 1, 1))

    with CaptureQueriesContext(connection) as queries:
        projection.project(events)

    reading = [each for each in queries.captured_queries if "FROM lending_loan" in each["sql"]]
    assert len(reading) == 1
    assert Loan.objects.get(pk=first).prefunded == 3_100 * USD - 20


def test_a_run_that_takes_more_than_is_set_aside_stops_the_reader_and_changes_nothing(story, loans):
    first, _ = loans
    before = projection.state_hashes()
    with story.keeping() as events:
        story.settle(0, (COLLECT, first, 1, Result.APPLIED))
        story.settle(0, (COLLECT, first, 3_100 * USD, Result.APPLIED))

    with pytest.raises(LendingRefused), transaction.atomic():
        projection.project(events)

    assert projection.state_hashes() == before


def test_a_run_without_all_its_words_stops_the_reader(story, loans):
    with story.keeping() as events:
        story.settle(0, (COLLECT, loans[0], 1, Result.APPLIED))
    events[0].args["count"] = 2

    with pytest.raises(WordsMissing):
        projection.project(events)
