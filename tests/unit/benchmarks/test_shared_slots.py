"""Which slots count as shared between lanes."""

from benchmarks.contention import Shared, shared_slots
from contracts.domain.conflicts import Access


def access(*, reads: str = "", writes: str = "") -> Access:
    return Access(frozenset(reads), frozenset(writes), 1)


def test_lanes_that_only_read_the_same_share_nothing():
    accesses = [access(reads="r", writes="a"), access(reads="r", writes="b")]

    assert shared_slots(accesses, [0, 1]) == Shared(0, 0)


def test_a_slot_that_two_lanes_write_is_shared():
    accesses = [access(writes="a"), access(writes="a")]

    assert shared_slots(accesses, [0, 1]) == Shared(1, 0)


def test_a_slot_that_another_lane_reads_is_shared():
    accesses = [access(writes="a"), access(reads="a", writes="b")]

    assert shared_slots(accesses, [0, 1]) == Shared(0, 1)


def test_within_one_lane_everything_may_be_shared():
    accesses = [access(reads="b", writes="a"), access(reads="a", writes="b")]

    assert shared_slots(accesses, [4, 4]) == Shared(0, 0)
