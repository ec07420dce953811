"""Cards as words, and the hash that LoanBook keeps of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.cards import (
    Card,
    CardInvalid,
    card_hash,
    card_length,
    decode_card,
    encode_card,
)

BORROWER, TOKEN = "0x" + "ab" * 20, "0x" + "cd" * 20
PLAIN = Card(
    borrower=BORROWER,
    base_principal=1,
    schedule=1,
    instalments=2,
    interval=3,
    opened_at=4,
    grace_period=5,
    cure_window=6,
    late_fee_bps=7,
    limit=8,
    classes=1 << 2 | 1 << 14,
    assets=(9, 10),
)


def test_a_card_lays_its_fields_out_from_the_most_significant_bit():
    who, when, *assets = encode_card(PLAIN)

    assert who.hex() == "ab" * 20 + "00000000000001" + "01" + "0002" + "00" + "02"
    assert when.hex() == (
        "00000003"
        + "00000004"
        + "000005"
        + "000006"
        + "0007"
        + "00000000000008"
        + "00"
        + "0000000000004004"
    )
    assert [int.from_bytes(asset, "big") for asset in assets] == [9, 10]


def test_restaking_tokens_come_last():
    words = encode_card(replace(PLAIN, lrt=TOKEN, lrt_amount=11, lrt_opening_price=12))

    assert words[0][-2] == 1
    assert words[-2].hex() == "cd" * 20 + f"{11:024x}"
    assert int.from_bytes(words[-1], "big") == 12


@given(
    st.integers(0, 2**56 - 1),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**24 - 1),
    st.lists(st.integers(0, 2**256 - 1), max_size=32),
    st.integers(0, 2**96 - 1) | st.none(),
)
def test_a_card_decodes_to_what_was_encoded(principal, instalments, grace, assets, amount):
    lrt = {} if amount is None else {"lrt": TOKEN, "lrt_amount": amount, "lrt_opening_price": 5}
    card = replace(
        PLAIN,
        base_principal=principal,
        instalments=instalments,
        grace_period=grace,
        assets=tuple(assets),
        **lrt,
    )

    words = encode_card(card)

    assert decode_card(words) == card
    assert card_length(words[0]) == len(words)


@pytest.mark.parametrize(
    "field", [{"base_principal": 2**56}, {"limit": -1}, {"grace_period": 2**24}]
)
def test_a_field_that_does_not_fit_its_bits_is_refused(field):
    with pytest.raises(CardInvalid, match="must be from 0 to"):
        encode_card(replace(PLAIN, **field))


def test_words_of_another_number_are_no_card():
    words = encode_card(PLAIN)

    for wrong in ([], words[:-1], [*words, words[-1]]):
        with pytest.raises(CardInvalid):
            decode_card(wrong)


def test_any_word_changes_the_hash():
    words = encode_card(PLAIN)

    assert len(card_hash(words)) == 25
    assert card_hash(words) != card_hash([*words[:-1], (11).to_bytes(32, "big")])
