"""Singletons by advisory lock."""

import threading

import pytest
from django.db import connection

from settlement.locks import Singleton, singleton

pytestmark = pytest.mark.django_db(transaction=True)


def taken_elsewhere(which):
    """Return whether another connection can take the lock."""
    answers = []

    def attempt():
        with singleton(which) as alone:
            answers.append(alone)
        connection.close()

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return answers[0]


def test_only_one_holds_a_lock():
    with singleton(Singleton.READ) as alone:
        other = taken_elsewhere(Singleton.READ)

    assert (alone, other) == (True, False)


def test_different_singletons_do_not_wait_for_each_other():
    with singleton(Singleton.READ):
        assert taken_elsewhere(Singleton.CONFIRM)


def test_a_lock_is_free_again_after_an_error():
    with pytest.raises(RuntimeError), singleton(Singleton.READ):
        raise RuntimeError

    assert taken_elsewhere(Singleton.READ)
