"""Keys derived from a phrase, against a general library."""

import pytest
from eth_account import Account

from contracts.derivation import MnemonicInvalid, derived_key
from contracts.wallet import LocalWallet

PHRASES = (
    "test test test test test test test test test test test junk",
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
)
Account.enable_unaudited_hdwallet_features()


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize("index", [0, 1, 1_000, 2**31 - 1])
def test_a_key_is_the_one_that_a_general_library_derives(phrase, index):
    reference = Account.from_mnemonic(phrase, account_path=f"m/44'/60'/0'/0/{index}")

    key = derived_key(phrase, index)

    assert key == bytes(reference.key)
    assert LocalWallet(key).address == reference.address


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "test test test",
        "test test test test test test test test test test test test",
        "test test test test test test test test test test test jink",
    ],
)
def test_words_that_are_no_phrase_are_refused(phrase):
    with pytest.raises(MnemonicInvalid, match="mistyped, missing"):
        derived_key(phrase, 0)
