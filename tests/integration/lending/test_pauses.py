"""Pauses that the chain's events tell, and the grace that stands still during them (rule C5)."""

import pytest
from django.db import IntegrityError, transaction

from lending.domain.clock import PAUSE_LENGTH_S
from lending.models import Loan, ProtocolPause
from lending.selectors import pauses
from lending.services import call_loans, calling, charge_missed
from oracles.models import Valuation
from portal.selectors.book import loan_rows
from settlement.models import Batch
from tests.integration.lending.story import CAR, DAY, MONTH, START, USD

GRACE = 10 * DAY


def pause(story):
    story.tell(
        "ValuationOracle", "ProtocolPaused", until=story.now + PAUSE_LENGTH_S, stoppedSeconds=0
    )
    return story.now


def resume(story):
    story.tell("ValuationOracle", "ProtocolResumed", stoppedSeconds=0)
    return story.now


def missed(story):
    """An open loan with an instalment due a day ago, just paused; return the end of its grace."""
    story.open(principal=9_000 * USD)
    due = story.now + MONTH
    story.tick(MONTH + DAY)
    pause(story)
    return due + GRACE + PAUSE_LENGTH_S


def test_a_pause_lasts_until_it_lapses(story):
    began = pause(story)

    assert pauses().spans == ((began, began + PAUSE_LENGTH_S),)


def test_a_pause_that_is_ended_lasts_until_then(story):
    began = pause(story)
    story.tick(DAY)
    ended = resume(story)

    assert pauses().spans == ((began, ended),)


def test_a_renewed_pause_goes_on_where_the_last_one_ends(story):
    began = pause(story)
    story.tick(2 * DAY)
    renewed = pause(story)
    story.tick(30 * DAY)
    later = pause(story)

    ends = renewed + PAUSE_LENGTH_S, later + PAUSE_LENGTH_S
    assert pauses().spans == ((began, renewed), (renewed, ends[0]), (later, ends[1]))


def test_of_acts_in_one_block_the_last_counts(story):
    began = pause(story)
    resume(story)
    ended = pauses().spans
    pause(story)
    pause(story)

    assert ended == ()
    assert pauses().spans == ((began, began + PAUSE_LENGTH_S),)


@pytest.mark.parametrize(("begun", "ends"), [(START + 5, START + 5), (START + 3, START + 4)])
def test_the_table_takes_no_empty_and_no_overlapping_pause(story, begun, ends):
    ProtocolPause.objects.create(begun_at=START, ends_at=START + 4)

    with pytest.raises(IntegrityError), transaction.atomic():
        ProtocolPause.objects.create(begun_at=begun, ends_at=ends)


def test_a_late_fee_waits_for_the_grace_and_the_pause(story):
    end = missed(story)

    assert [charge_missed(now=now) for now in (end - 1, end)] == [0, 1]


def test_a_call_for_arrears_waits_for_the_grace_and_the_pause(story):
    end = missed(story)
    Loan.objects.update(charged_through=1)

    assert [call_loans(now=now) for now in (end - 1, end)] == [0, 1]
    assert Batch.objects.get().function == "callOverdue"


def test_what_nobody_values_counts_as_withheld_two_days_without_a_pause_later(story, monkeypatch):
    # Proofs need the published document, which the told chain does not have.
    none = ((0,) * 7, [])
    monkeypatch.setattr(calling, "proofs", lambda *, asset_ids, round_number: [none])
    end = missed(story)
    Loan.objects.update(charged_through=1)
    story.tick(end + DAY - story.now)
    pause(story)
    withheld = end + calling.WITHHELD_AFTER_S + PAUSE_LENGTH_S
    story.tick(withheld - DAY - story.now)
    story.publish(3, house=300_000 * USD, car=20_000 * USD)
    Valuation.objects.filter(round__number=3, asset__token_id=CAR).delete()

    assert [call_loans(now=now) for now in (withheld - 1, withheld)] == [0, 1]


def test_the_book_shows_an_instalment_as_overdue_after_the_grace_and_the_pause(story):
    end = missed(story)
    loan = Loan.objects.get()

    (before,), (after,) = (loan_rows([loan], now=now) for now in (end - 1, end))

    assert ["overdue" in row.words for row in (before, after)] == [False, True]
