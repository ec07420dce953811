"""Projections are made anew from the raw events alone, and the log loses nothing."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from lending.models import Lane, Loan, TermsRequest
from settlement import services
from settlement.models import EventLog, LaneSequence


def test_a_rebuild_ends_in_the_identical_hash(world, ends_well):
    world.accept_some()
    world.drain()
    opened = list(TermsRequest.objects.order_by("id").values_list("id", "loan_id", "status"))

    done = services.reindex()

    assert done.events == EventLog.objects.filter(orphaned=False).count() > 0
    assert done.after == done.before
    assert done.changed == []
    assert openings() == opened
    ends_well()


def openings():
    return list(TermsRequest.objects.order_by("id").values_list("id", "loan_id", "status"))


def test_a_row_that_differs_from_its_events_is_named_and_corrected(world, ends_well):
    world.accept_some()
    world.drain()
    loan = Loan.objects.order_by("pk")[0]
    Loan.objects.filter(pk=loan.pk).update(principal=loan.principal + 1)
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("reindex", "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert told["changed"] == ["lending.Loan"]
    assert told["before"] != told["after"]
    ends_well()


def test_the_command_prints_both_hashes(world):
    out = StringIO()

    call_command("reindex", stdout=out)

    before, after = (line.split()[1] for line in out.getvalue().splitlines()[1:3])
    assert before == after
    assert len(before) == 64


def test_the_lanes_numbers_are_those_of_the_contracts(world, ends_well):
    world.accept_some()
    ends_well()

    numbers = dict(LaneSequence.objects.filter(contract="LoanBook").values_list("lane", "last"))

    for lane in Lane.objects.all():
        on_chain = world.real.call("LoanBook", "laneOf", lane.pk)["sequence"]
        assert numbers.get(lane.pk, 0) == on_chain
