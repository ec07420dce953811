"""A large document is stored while others work with it, and is there only if that went well."""

import pytest
from django.db import connection, transaction

from oracles import documents
from oracles.documents import hash_text, read_document, store_document, stored_meanwhile
from oracles.domain.canonical import sha256
from oracles.models import Document, DocumentPart

CONTENT = bytes(range(256)) * 3


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(documents, "_PART_BYTES", 100)


def stored():
    return read_document(hash_text(sha256(CONTENT)))


@pytest.mark.django_db(transaction=True)
def test_a_document_is_there_once_the_work_with_it_has_ended_well():
    with stored_meanwhile(CONTENT):
        pass

    assert stored() == CONTENT
    assert DocumentPart.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_storing_it_in_turn_as_well_changes_nothing():
    with stored_meanwhile(CONTENT):
        pass

    store_document(CONTENT, digest=sha256(CONTENT))

    assert stored() == CONTENT
    assert Document.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_of_a_document_where_the_work_failed(error):
    with pytest.raises(error), stored_meanwhile(CONTENT):
        raise error

    assert Document.objects.count() == 0
    assert DocumentPart.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_work_goes_on_where_a_document_cannot_be_stored_ahead():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE oracles_documentpart ADD CONSTRAINT never CHECK (position < 0)")
    try:
        with stored_meanwhile(CONTENT):
            worked = True
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE oracles_documentpart DROP CONSTRAINT never")

    assert worked
    assert stored() is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("size", "is_stored"), [(100, False), (101, True)])
def test_a_document_of_one_part_is_stored_in_turn(size, is_stored):
    content = CONTENT[:size]

    with stored_meanwhile(content):
        pass

    assert Document.objects.exists() is is_stored


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_nothing_is_stored_that_it_could_not_take_back():
    with transaction.atomic(), stored_meanwhile(CONTENT):
        pass

    assert not Document.objects.exists()
