"""The log of events loses nothing, and changes nothing but its mark."""

import pytest
from django.db import DatabaseError, transaction

from settlement.models import EventLog

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return EventLog.objects.create(
        block_number=5,
        block_hash="0x05",
        log_index=0,
        tx_hash="0xaa",
        contract="LoanBook",
        name="CashMoved",
        args={"lane": 1},
        topics=b"\x01" * 32,
        data=b"\x02",
    )


@pytest.mark.parametrize("change", [{"name": "Other"}, {"data": b""}, {"log_index": 999}])
def test_the_database_refuses_to_change_an_event(event, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        EventLog.objects.filter(pk=event.pk).update(**change)


def test_the_database_refuses_to_delete_an_event(event):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        EventLog.objects.filter(pk=event.pk).delete()


def test_an_event_can_be_marked_as_orphaned_and_back(event):
    for mark in (True, False):
        EventLog.objects.filter(pk=event.pk).update(orphaned=mark)

        assert EventLog.objects.get(pk=event.pk).orphaned is mark
