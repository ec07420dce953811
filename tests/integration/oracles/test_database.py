"""Columns come from the database whole, ahead of their use, and as of one moment."""

import random
import threading

import numpy as np
import psycopg
import pytest
from django.db import connection

from oracles.database import UINT256, Read, one_moment, read_ahead, uint256_sent, uint256_words
from oracles.models import Source, SourceKind

NUMBERS = {"n": (">i8", "n")}


class Broke(Exception):
    """What went wrong beside the reading."""


def numbers(first, count):
    rows = "SELECT n FROM generate_series(%s::int8, %s) n"
    return Read(rows=rows, parameters=[first, first + count - 1], fields=NUMBERS)


def sources():
    return Read(rows="SELECT id AS n FROM oracles_source", parameters=[], fields=NUMBERS)


def readers():
    return [one for one in threading.enumerate() if one.name.startswith("read-ahead")]


def open_transactions():
    """Return how many other sessions of this database are within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid() "
            "AND xact_start IS NOT NULL"
        )
        return cursor.fetchone()[0]


def add_source(slug):
    """Add a source from a session that commits at once."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute(
            "INSERT INTO oracles_source (slug, name, kind, active) VALUES (%s, %s, %s, true)",
            [slug, slug, SourceKind.APPRAISER],
        )


@pytest.mark.django_db(transaction=True)
def test_records_come_in_the_order_in_which_they_were_asked_for():
    counts = [1, 50_000, 3, 0, 20_000, 7, 1]
    reads = [numbers(1_000_000 * place, count) for place, count in enumerate(counts)]

    with one_moment() as sessions, read_ahead(sessions, reads) as found:
        records = list(found)

    assert len(sessions) == 2
    assert [len(one) for one in records] == counts
    assert [one["n"][0] // 1_000_000 for one in records if len(one)] == [0, 1, 2, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_all_sessions_see_the_moment_at_which_the_first_began():
    add_source("before")

    with one_moment() as sessions:
        add_source("meanwhile")
        with read_ahead(sessions, [sources()] * 8) as found:
            seen = [len(one) for one in found]

    assert seen == [1] * 8
    assert Source.objects.count() == 2


@pytest.mark.django_db
def test_an_open_transaction_sees_its_own_rows():
    Source.objects.create(slug="mine", name="Mine", kind=SourceKind.APPRAISER)

    with one_moment() as sessions, read_ahead(sessions, [sources()] * 3) as found:
        seen = [len(one) for one in found]

    assert seen == [1, 1, 1]
    assert len(sessions) == 1


@pytest.mark.django_db(transaction=True)
def test_no_more_answers_are_kept_than_are_used_soon():
    asked = []

    def reads():
        for place in range(100):
            asked.append(place)
            yield numbers(place, 1)

    with one_moment() as sessions, read_ahead(sessions, reads()) as found:
        next(found)
        after_one = len(asked)
        rest = len(list(found))

    assert after_one <= 2 * len(sessions) + 1
    assert rest == 99


@pytest.mark.django_db(transaction=True)
def test_a_query_that_fails_ends_the_reading_and_leaves_nothing_behind():
    wrong = Read(
        rows="SELECT 1 / (n - n) AS n FROM generate_series(1, 2) n", parameters=[], fields=NUMBERS
    )

    with (
        pytest.raises(psycopg.errors.DivisionByZero),
        one_moment() as sessions,
        read_ahead(sessions, [numbers(1, 5), wrong, *[numbers(1, 5)] * 9]) as found,
    ):
        list(found)

    assert readers() == []
    assert open_transactions() == 0
    assert Source.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [Broke, KeyboardInterrupt])
def test_work_that_fails_ends_the_reading_and_leaves_nothing_behind(error):
    reads = [numbers(1, 20_000)] * 20

    with (
        pytest.raises(error),
        one_moment() as sessions,
        read_ahead(sessions, reads) as found,
    ):
        next(found)
        raise error

    assert readers() == []
    assert open_transactions() == 0
    assert Source.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["NULL::bytea", r"'\x00'::bytea", r"'\x000000'::bytea"])
def test_a_value_that_is_null_or_of_another_length_is_refused(value):
    read = Read(rows="SELECT 1", parameters=[], fields={"word": ("V2", value)})

    with (
        one_moment() as sessions,
        read_ahead(sessions, [read]) as found,
        pytest.raises(ValueError, match="word is null or of another length"),
    ):
        list(found)


@pytest.mark.django_db
def test_whole_numbers_of_any_size_come_as_the_chain_has_them():
    draw = random.Random(1)
    edges = [0, 1, 9_999, 10_000, 10**76, 10**77, 2**32, 2**192 - 1, 2**192, 2**256 - 1]
    given = edges + [draw.getrandbits(draw.randrange(1, 257)) for _ in range(500)]
    read = Read(
        rows="SELECT n FROM unnest(%s::numeric[]) n",
        parameters=[[str(one) for one in given]],
        fields={"n": (UINT256, uint256_sent("n"))},
    )

    with one_moment() as sessions, read_ahead(sessions, [read]) as found:
        words = uint256_words(next(found)["n"])

    assert words.shape == (len(given), 32)
    assert words.dtype == np.uint8
    assert [int.from_bytes(one.tobytes(), "big") for one in words] == given
