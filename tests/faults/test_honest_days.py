"""Without faults the invariant holds, and it can fail."""

import pytest

from tests.faults.support.invariant import assert_holds


def test_without_faults_everything_happens_once(world, ends_well):
    world.accept_some()

    world.beats(3)

    ends_well()


def test_a_lost_call_is_noticed(world):
    world.accept_some()
    world.drain()
    key = next(iter(world.calls))
    world.calls[key] = 5

    with pytest.raises(AssertionError, match=key):
        assert_holds(world)


def test_an_effect_that_nobody_asked_for_is_noticed(world):
    world.accept_some()
    world.drain()
    world.calls.pop(next(iter(world.calls)))

    with pytest.raises(AssertionError, match="without having been asked for"):
        assert_holds(world)
