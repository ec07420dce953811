"""What is signed must be what wallets, EAS and the contracts hash."""

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from contracts import typed_data, wallet

MNEMONIC = "test test test test test test test test test test test junk"
BOOK = "0x" + "ab" * 20
OWNER = "0x" + "0c" * 20


def attestation(**changes):
    fields = {
        "chain_id": 31337,
        "eas": "0x" + "ea" * 20,
        "eas_version": "1.4.0",
        "registry": BOOK,
        "owner": OWNER,
        "class_id": 2,
        "role": 1,
        "anchors": [b"\x01" * 32, b"\x02" * 32],
        "identity_commitment": b"\x03" * 32,
        "evidence_root": b"\x04" * 32,
        "value_units": 20_000_000_000,
        "time": 1_800_000_000,
        "observed_at": 1_799_999_000,
        "valid_until": 1_810_000_000,
        "salt": b"\x05" * 32,
    }
    return typed_data.attestation(**fields | changes)


def loan_terms():
    terms = {
        "borrower": OWNER,
        "lane": 3,
        "principal": 5_000_000_000,
        "limit": 5_000_000_000,
        "maxRateBps": 1_200,
        "schedule": 0,
        "instalments": 12,
        "interval": 2_592_000,
        "assets": [7, 2**255],
        "lrt": typed_data.ZERO_ADDRESS,
        "lrtAmount": 0,
        "nonce": 9,
        "deadline": 1_800_000_000,
    }
    return typed_data.loan_terms(chain_id=31337, loan_book=BOOK, terms=terms)


def loan_workout():
    workout = {
        "loanId": 3 << 40 | 7,
        "rateBps": 400,
        "schedule": 1,
        "instalments": 10,
        "interval": 1_728_000,
        "gracePeriod": 1_728_000,
        "cureWindow": 2_592_000,
        "lateFeeBps": 100,
        "nonce": 9,
        "deadline": 1_800_000_000,
    }
    return typed_data.loan_workout(chain_id=31337, loan_book=BOOK, workout=workout)


def oracle_round():
    message = {
        "round": 1,
        "observedAt": 1_800_000_000,
        "root": b"\x01" * 32,
        "contentHash": b"\x02" * 32,
    }
    return typed_data.round(chain_id=31337, oracle=BOOK, message=message)


@pytest.mark.parametrize("build", [attestation, loan_terms, loan_workout, oracle_round])
def test_our_digest_is_the_one_of_the_reference_implementation(build):
    message = build()

    reference = Account.sign_message(
        encode_typed_data(full_message=message), private_key=b"\x07" * 32
    )

    assert typed_data.digest(message) == reference.message_hash


@pytest.mark.parametrize("build", [attestation, loan_terms, oracle_round])
def test_the_form_for_wallets_has_the_same_digest(build):
    message = build()

    digest = typed_data.digest(typed_data.for_wallet(message))

    assert digest == typed_data.digest(message)


def test_a_signature_recovers_to_its_signer():
    signer = wallet.development_wallet(MNEMONIC, "verifier", 3)

    signature = signer.sign_typed_data(attestation())

    assert wallet.recover(attestation(), signature) == signer.address


def test_a_signature_of_another_value_recovers_to_somebody_else():
    signer = wallet.development_wallet(MNEMONIC, "verifier", 3)

    signature = signer.sign_typed_data(attestation())

    assert wallet.recover(attestation(value_units=1), signature) != signer.address


@pytest.mark.parametrize("signature", [b"", b"\x00" * 65, b"\xff" * 65, b"\x01" * 64])
def test_bytes_that_are_no_signature_are_refused(signature):
    with pytest.raises(wallet.SignatureInvalid):
        wallet.recover(attestation(), signature)


def test_a_text_signature_recovers_to_its_signer():
    signer = wallet.development_wallet(MNEMONIC, "owner")

    signature = signer.sign_text("Sign in to Ballast: Größe")

    assert wallet.recover_text("Sign in to Ballast: Größe", signature) == signer.address


def test_the_uid_of_an_attestation_depends_on_its_salt():
    other = attestation(salt=b"\x06" * 32)

    assert typed_data.attestation_uid(other) != typed_data.attestation_uid(attestation())


def test_the_compact_form_keeps_the_parity_in_the_highest_bit():
    even = b"\x11" * 32 + b"\x22" * 32 + bytes([27])
    odd = b"\x11" * 32 + b"\x22" * 32 + bytes([28])

    assert typed_data.compact(even) == (b"\x11" * 32, b"\x22" * 32)
    assert typed_data.compact(odd) == (b"\x11" * 32, b"\xa2" + b"\x22" * 31)


def test_the_compact_form_of_anything_but_65_bytes_is_refused():
    with pytest.raises(ValueError, match="65 bytes"):
        typed_data.compact(b"\x01" * 64)


def test_development_wallets_are_those_of_the_mnemonic():
    governor = wallet.development_wallet(MNEMONIC, "governor")

    assert governor.address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def test_wallets_of_different_purposes_share_no_address():
    addresses = {
        wallet.development_wallet(MNEMONIC, purpose).address for purpose in wallet.FIRST_ACCOUNT
    }

    assert len(addresses) == len(wallet.FIRST_ACCOUNT)


def test_signing_uses_the_fast_curve_library():
    backend = Account()._keys.backend

    assert type(backend).__name__ == "CoinCurveECCBackend"
