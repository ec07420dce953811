"""A block's filter: certain about what is not there, and made up of what is."""

from contracts.bloom import bloom_of, mask_of, may_hold_any
from contracts.types import Log

OURS = "0x00000000000000000000000000000000000000A1"
OTHER = "0x00000000000000000000000000000000000000b2"


def log(address=OURS, topics=(b"\x01" * 32,)):
    return Log(address, topics, b"", 1, "0x1", "0x2", 0)


def test_three_bits_or_fewer_are_set_for_an_entry():
    assert 1 <= mask_of(b"entry").bit_count() <= 3


def test_the_known_filter_of_an_address():
    # Its Keccak hash begins with bd2b, 01af and cd27.
    address = bytes.fromhex("0f572e5295c57f15886f9b263e2f6d2d6c7b5ec6")

    assert {bit for bit in range(2048) if mask_of(address) >> bit & 1} == {1323, 431, 1319}


def test_what_is_in_the_logs_may_be_held():
    assert may_hold_any(bloom_of([log()]), [OTHER, OURS])


def test_what_is_not_in_them_is_ruled_out():
    assert not may_hold_any(bloom_of([log()]), [OTHER])


def test_an_empty_filter_rules_nothing_out():
    assert may_hold_any(0, [OURS])


def test_a_log_that_is_left_out_changes_the_filter():
    logs = [log(), log(topics=(b"\x02" * 32,))]

    assert bloom_of(logs[:1]) != bloom_of(logs)
