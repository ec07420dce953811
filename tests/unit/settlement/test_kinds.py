"""The table of kinds: who may stand beside whom."""

import pytest

from contracts.abi import function_of
from contracts.domain.words import Kind, encode_word, joined_words, striped
from settlement.domain.kinds import CALLS, WORDS, Call, call_access, word_access
from settlement.domain.profiles import PROFILES
from settlement.domain.results import tally

TERMS = {"borrower": "0xB1", "lane": 1, "assets": [7], "lrtAmount": 5}
OPEN = ("LoanBook", "open", [TERMS, b"", []])
PUBLISH = ("ValuationOracle", "publish", [{}, []])
CLOSE_EPOCH = ("LendingPool", "closeEpoch", [])


def access(contract, function, args, sender="0xA1"):
    return call_access(contract=contract, function=function, call=Call(args, sender))


def repay(lane, loan, sender):
    return access("LoanBook", "repay", [striped(lane, loan), 5], sender)


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (repay(1, 1, "0xA1"), repay(2, 1, "0xA2"), False),
        (repay(1, 1, "0xA1"), repay(2, 1, "0xA1"), True),
        (repay(1, 1, "0xA1"), repay(1, 2, "0xA2"), True),
        (access(*OPEN), access(*PUBLISH), True),
        (repay(1, 1, "0xA1"), access(*PUBLISH), False),
        (repay(1, 1, "0xA1"), access(*CLOSE_EPOCH), True),
        (word_access(loan_id=striped(1, 1)), word_access(loan_id=striped(1, 2)), False),
        (word_access(loan_id=striped(1, 1)), word_access(loan_id=striped(1, 1)), True),
        (word_access(loan_id=striped(1, 1)), access(*CLOSE_EPOCH), True),
        (word_access(loan_id=striped(1, 1)), access("ValuationOracle", "pause", []), True),
        (word_access(loan_id=striped(1, 1)), access(*PUBLISH), False),
        (repay(1, 1, "0xA1"), access("ValuationOracle", "resume", []), False),
        (access(*OPEN), access("ValuationOracle", "renewPause", []), True),
        (access("Other", "a", []), access("Other", "b", []), True),
        (access("Other", "a", []), access("Another", "a", []), False),
    ],
)
def test_two_operations_keep_their_order_only_where_they_must(one, other, conflict):
    assert bool(one.conflicts(other)) is conflict


@pytest.mark.parametrize(("contract", "function"), CALLS)
def test_every_call_of_the_table_is_a_function_of_its_contract(contract, function):
    assert function_of(contract, function).name == function


def test_every_kind_of_word_has_its_limits():
    assert set(WORDS) == set(Kind)


def test_words_joined_at_once_are_those_encoded_one_by_one():
    fields = [(1, 2**40 - 1, 7, 2**64 - 1), (3, 1, 2**40 - 1, 0)]

    assert joined_words(fields) == b"".join(encode_word(*each) for each in fields)


@pytest.mark.parametrize("name", PROFILES)
def test_a_batch_leaves_room_in_a_transaction_and_in_a_block(name):
    profile = PROFILES[name]

    assert profile.batch_gas <= profile.transaction_gas * 9 // 10
    assert profile.batch_gas * 4 <= profile.block_gas
    assert profile.with_blocks(1_000).batch_gas == 250


@pytest.mark.parametrize("count", [1, 4, 5])
def test_results_are_counted_as_far_as_there_are_operations(count):
    counted = tally(bytes([0b01_11_10_01, 0b01]), count)

    # Results lie from the lowest bits up: applied, failed, skipped, applied, then applied.
    full = {1: (2, 1, 1), 4: (2, 1, 1), 5: (3, 1, 1)}[count]
    assert (counted.applied, counted.failed, counted.skipped) == full
