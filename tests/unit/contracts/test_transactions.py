"""Hand-made transactions against a general signer."""

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from contracts.transactions import raw_type_2, sign_type_2, signature_in
from contracts.wallet import LocalWallet

ACCOUNT = Account.from_key("0x" + "11" * 32)
KEY = LocalWallet(bytes(ACCOUNT.key))._key
ADDRESS = "0x00000000000000000000000000000000000000A1"
words = st.integers(0, 2**64)


@given(
    nonce=st.one_of(st.sampled_from([0, 1, 127, 128, 255, 256]), st.integers(0, 2**40)),
    data=st.one_of(
        st.binary(max_size=80), st.sampled_from([b"\x01" * n for n in (55, 56, 13_000)])
    ),
    gas=st.integers(21_000, 2**24),
    fee=words,
    tip=words,
    creates=st.booleans(),
)
def test_the_bytes_are_those_of_a_general_signer(nonce, data, gas, fee, tip, creates):
    fields = {
        "type": 2,
        "chainId": 31337,
        "nonce": nonce,
        "data": data,
        "value": 0,
        "gas": gas,
        "maxFeePerGas": fee + tip,
        "maxPriorityFeePerGas": tip,
    }
    if not creates:
        fields["to"] = ADDRESS

    raw, tx_hash = sign_type_2(KEY, fields)

    signed = ACCOUNT.sign_transaction(fields)
    assert raw == bytes(signed.raw_transaction)
    assert tx_hash == signed.hash.to_0x_hex()
    assert raw_type_2(fields, signature_in(raw, fields)) == raw


@pytest.mark.parametrize("length", [55, 56, 255, 256])
def test_data_of_lengths_around_each_edge_is_encoded_alike(length):
    fields = {"type": 2, "chainId": 1, "nonce": 5, "to": ADDRESS, "data": b"\x80" * length}
    fields |= {"value": 0, "gas": 30_000, "maxFeePerGas": 7, "maxPriorityFeePerGas": 1}

    raw, _ = sign_type_2(KEY, fields)

    assert raw == bytes(ACCOUNT.sign_transaction(fields).raw_transaction)
