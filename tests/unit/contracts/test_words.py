"""The wire form of operations and results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.words import (
    Kind,
    Word,
    WordInvalid,
    decode_operations,
    decode_results,
    decode_word,
    encode_results,
    encode_word,
    striped,
    unstriped,
    words_hash,
)


def test_a_word_lays_its_fields_out_from_the_most_significant_bit():
    word = encode_word(Kind.COLLECT, 2, 3, 4)

    assert word.hex() == "01" + "0000000002" + "0000000003" + "0000000000000004" + "00" * 13


@given(
    st.integers(0, 2**8 - 1),
    st.integers(0, 2**40 - 1),
    st.integers(0, 2**40 - 1),
    st.integers(0, 2**64 - 1),
)
def test_a_word_decodes_to_what_was_encoded(kind, number, loan_number, amount):
    decoded = decode_word(encode_word(kind, number, loan_number, amount))

    assert decoded == Word(kind, number, loan_number, amount)


@pytest.mark.parametrize(
    "fields", [(256, 0, 0, 0), (1, 2**40, 0, 0), (1, 0, 2**40, 0), (1, 0, 0, 2**64), (1, -1, 0, 0)]
)
def test_a_field_that_does_not_fit_its_bits_is_refused(fields):
    with pytest.raises(WordInvalid):
        encode_word(*fields)


def test_the_cards_behind_charges_and_closes_are_no_operations():
    card = [b"\x01" * 30 + b"\x00\x01", b"\x02" * 32, b"\x03" * 32]
    words = [encode_word(Kind.COLLECT, 1, 7, 5)]
    words += [encode_word(Kind.CHARGE, 2, 7, 1), *card, encode_word(Kind.CLOSE, 3, 7, 0), *card]

    numbers = [operation.number for operation in decode_operations(words)]

    assert numbers == [1, 2, 3]


def test_a_word_with_bits_below_its_amount_has_no_card():
    spoiled = encode_word(Kind.CHARGE, 1, 7, 1)[:-1] + b"\x01"

    operations = decode_operations([spoiled, encode_word(Kind.COLLECT, 2, 7, 5)])

    assert [operation.is_whole for operation in operations] == [False, True]


def test_bytes_of_another_length_are_no_word():
    with pytest.raises(WordInvalid):
        decode_word(b"\x01" * 31)


def test_the_first_result_is_in_the_lowest_bits_of_the_first_byte():
    results = decode_results(bytes([0b11_10_01_00, 0b00_00_00_01]), 5)

    assert results == [0, 1, 2, 3, 1]


@given(st.lists(st.integers(0, 3), max_size=400))
def test_results_decode_to_what_was_packed(results):
    assert decode_results(encode_results(results), len(results)) == results


def test_results_that_are_too_short_for_their_count_are_refused():
    with pytest.raises(WordInvalid):
        decode_results(b"\x01", 5)


def test_the_hash_of_no_words_is_that_of_the_empty_string():
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"

    assert words_hash(b"").hex() == empty


def test_the_hash_depends_on_the_order_of_words():
    first, second = encode_word(1, 1, 1, 1), encode_word(1, 2, 1, 1)

    assert words_hash(first + second) != words_hash(second + first)


@given(st.integers(0, 2**24 - 1), st.integers(0, 2**40 - 1))
def test_a_striped_id_gives_back_lane_and_number(lane, number):
    assert unstriped(striped(lane, number)) == (lane, number)
